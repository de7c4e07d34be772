import { join } from 'node:path';
import { defaultVariable } from '../../config/account-variables.ts';
import { type ServedHost, servedHosts } from '../engine/served.ts';
import { linesOf, orNoFile, withLines, withoutLines } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { list, plainPath } from '../engine/words.ts';

const program = 'npm-token-keytray';
const ours = new RegExp(`:tokenHelper\\s*=\\s*\\S*/${program}(?:\\s|$)`);

function configFile({ env, home }: SetupContext): string {
  return env.npm_config_userconfig || env.NPM_CONFIG_USERCONFIG || join(home, '.npmrc');
}

const registryOf = ({ host, path }: ServedHost): string => `//${host}${path}/`;

/** The line of a key for a registry: `//HOST/:_authToken=…`. */
function lineFor(text: string, registry: string, key: string): string | undefined {
  return linesOf(text).find((line) => line.trim().replace(/\s*=.*$/s, '') === `${registry}:${key}`);
}

const others = ['_authToken', '_auth', '_password'];

/** pnpm's way; npm and yarn run no helper. */
export const npm: Tool = {
  name: 'npm',
  title: 'pnpm',
  programs: ['pnpm'],
  plan(context) {
    const file = configFile(context);
    const hosts = servedHosts(context.accounts, 'npm');
    const clear = hosts.filter(({ accounts }) => accounts.length === 1);
    const several = new Set(hosts.flatMap(({ accounts }) => accounts)).size > 1;
    const helper = (): string => plainPath(join(context.programs.bin, program), 'pnpm');
    const lines = (): readonly string[] =>
      clear.map((host) => {
        const [account] = host.accounts;
        // pnpm before 11 takes a path alone, which is enough where one account serves every registry.
        return `${registryOf(host)}:tokenHelper=${helper()}${several ? ` --account=${account}` : ''}`;
      });
    const replaced = (text: string): string => {
      const registries = clear.map(registryOf);
      return withoutLines(text, (line) => registries.some((registry) => line.startsWith(`${registry}:tokenHelper`)));
    };
    return {
      files: [{ path: file, edit: (text = '') => withLines(replaced(text), lines()) }],
      links: [],
      lines: () =>
        clear
          .slice(0, 1)
          .flatMap((host) =>
            host.accounts.flatMap((account) => [
              `npm and yarn run no helper. For them, in the project's .npmrc, and run by keytray exec ${account} -- npm …:`,
              `  ${registryOf(host)}:_authToken=\${${defaultVariable(account)}}`,
            ]),
          ),
      obstacles: () => [],
      warnings: ({ before }) => {
        const text = before(file) ?? '';
        const kept = clear.filter((host) => others.some((key) => lineFor(text, registryOf(host), key) !== undefined));
        const helped = clear.filter((host) => lineFor(text, registryOf(host), 'tokenHelper') !== undefined);
        const shared = hosts.filter(({ accounts }) => accounts.length > 1);
        return [
          ...kept.map((host) => `${file} still holds a password or token for ${registryOf(host)}, which npm uses`),
          ...helped.map(
            (host) => `${file} named another tokenHelper for ${registryOf(host)}: it is not asked any more`,
          ),
          ...shared.map(({ host, accounts }) => `${list(accounts)} all serve ${host}: nothing was written for it`),
          ...(several
            ? ['several accounts serve npm, which needs pnpm 11 or later: older ones give no arguments']
            : []),
        ];
      },
    };
  },
  clean(text, known) {
    const before = known?.before ?? '';
    const lines = linesOf(text).flatMap((line) => {
      if (!ours.test(line)) return [line];
      const registry = line.trim().replace(/:tokenHelper.*$/s, '');
      const previous = lineFor(before, registry, 'tokenHelper');
      return previous === undefined || ours.test(previous) ? [] : [previous];
    });
    return orNoFile(lines.join(''), known);
  },
};
