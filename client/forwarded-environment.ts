import { environmentByProtocol } from './programs.ts';

export function forwardedEnvironment(
  protocol: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const names = environmentByProtocol.get(protocol) ?? [];
  return names.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
}
