/**
 * Names of the variables each protocol needs, as its helper in core/helpers lists them. Nothing else
 * of a caller's environment leaves its process.
 */
const namesByProtocol: ReadonlyMap<string, readonly string[]> = new Map([['git', []]]);

export function forwardedEnvironment(
  protocol: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const names = namesByProtocol.get(protocol) ?? [];
  return names.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
}
