import { dirname, join } from 'node:path';
import { defaultVariable } from '../../config/account-variables.ts';
import { readObject } from '../engine/json-text.ts';
import { type ServedHost, servedHosts } from '../engine/served.ts';
import { orNoFile } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { list, plainPath } from '../engine/words.ts';
import { type NpmrcEntry, npmrcEntries, npmrcLines, withNpmrcLines, withoutNpmrcLines } from './npmrc-text.ts';
import { unreadByOlderPnpm } from './older-pnpm.ts';

const program = 'npm-token-keytray';
const suffix = ':tokenHelper';

function configFile({ env, home }: SetupContext): string {
  return env.npm_config_userconfig || env.NPM_CONFIG_USERCONFIG || join(home, '.npmrc');
}

/** Where pnpm 11 and later keep what `pnpm config set` is told; they ask its helper before the one in `.npmrc`. */
const pnpmFile = ({ env, home }: SetupContext): string =>
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pnpm', 'auth.ini');

const registryOf = ({ host, path }: ServedHost): string => `//${host}${path}/`;
const keyOf = (host: ServedHost): string => registryOf(host) + suffix;
const wordsOf = (value: string): readonly string[] => value.trim().split(/\s+/);
const isHelper = ({ key }: NpmrcEntry): boolean => key.endsWith(suffix);
const isOurs = (entry: NpmrcEntry): boolean =>
  isHelper(entry) && wordsOf(entry.value)[0]?.endsWith(`/${program}`) === true;

/** The entry that counts for a key at the top of the file. */
const lastOf = (entries: readonly NpmrcEntry[], key: string): NpmrcEntry | undefined =>
  entries.findLast((entry) => entry.key === key && !entry.nested);

const credentials = ['_authToken', '_auth', '_password'];

/** npm 11 warns of every key it does not know, at every command; undefined where none is on PATH. */
function warningNpm({ look }: SetupContext): string | undefined {
  const found = look.program('npm');
  if (found === undefined) return undefined;
  const version = readObject(look.read(join(dirname(dirname(found)), 'package.json')))?.version;
  if (typeof version !== 'string') return 'npm 11 and later warn';
  return Number.parseInt(version, 10) >= 11 ? `npm ${version} warns` : undefined;
}

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
    const entriesIn = (text: string | undefined): readonly NpmrcEntry[] => npmrcEntries(text ?? '', context.env);

    /** What a person added stays; an account that does not serve the registry any more does not. */
    const valueFor = (host: ServedHost, current: readonly NpmrcEntry[]): string => {
      const [account] = host.accounts;
      const chosen = `--account=${account}`;
      const present = lastOf(current.filter(isOurs), keyOf(host));
      const added = present === undefined ? [] : wordsOf(present.value).slice(1);
      const kept = added.filter((word) => word === chosen || !word.startsWith('--account='));
      // pnpm before 11 takes a path alone, which is enough where one account serves every registry.
      const needed = several && !kept.includes(chosen) ? [chosen] : [];
      return [plainPath(join(context.programs.bin, program), 'pnpm'), ...needed, ...kept].join(' ');
    };

    const edit = (text: string, current: string): string => {
      const present = entriesIn(current);
      const wanted = clear.map((host) => ({ key: keyOf(host), value: valueFor(host, present) }));
      const isWanted = (entry: NpmrcEntry): boolean => wanted.some(({ key }) => key === entry.key);
      const inPlace = wanted.every(({ key, value }) => lastOf(present, key)?.value === value);
      // Also where npm wrote it in its own way.
      if (inPlace && present.filter(isOurs).every(isWanted)) return current;
      const replaced = npmrcEntries(text).filter((entry) => isHelper(entry) && !entry.nested && isWanted(entry));
      return withNpmrcLines(
        withoutNpmrcLines(text, replaced),
        wanted.map(({ key, value }) => `${key}=${value}`),
      );
    };

    return {
      files: [{ path: file, edit: (text, current = text) => edit(text ?? '', current ?? '') || text }],
      links: [],
      lines: () => {
        const warning = clear.length === 0 ? undefined : warningNpm(context);
        return [
          ...clear
            .slice(0, 1)
            .flatMap((host) =>
              host.accounts.flatMap((account) => [
                `npm and yarn run no helper. For them, in the project's .npmrc, and run by keytray exec ${account} -- npm …:`,
                `  ${registryOf(host)}:_authToken=\${${defaultVariable(account)}}`,
              ]),
            ),
          ...(warning === undefined ? [] : [`${warning} of tokenHelper at every command; npm works all the same.`]),
        ];
      },
      obstacles: ({ after }) => {
        const inFile = entriesIn(after(file)).filter(isHelper);
        const hidden = clear.filter((host) => {
          const last = inFile.findLast(({ key }) => key === keyOf(host));
          return last?.nested === true && !isOurs(last);
        });
        const kept = pnpmFile(context);
        const inFront = entriesIn(context.look.read(kept)).filter((entry) => isHelper(entry) && !isOurs(entry));
        const answered = clear.filter((host) => inFront.some(({ key }) => key === keyOf(host)));
        return [
          ...hidden.map(
            (host) =>
              `${file} names another tokenHelper for ${registryOf(host)} below a [section], which pnpm 11 and later ask; remove it`,
          ),
          ...answered.map(
            (host) =>
              `${kept} names another tokenHelper for ${registryOf(host)}, which pnpm 11 and later ask; remove it`,
          ),
        ];
      },
      warnings: ({ before, after }) => {
        const entries = entriesIn(before(file)).filter(({ nested }) => !nested);
        const has = (host: ServedHost, name: string): boolean =>
          entries.some(({ key }) => key === `${registryOf(host)}:${name}`);
        const kept = clear.filter((host) => credentials.some((name) => has(host, name)));
        const helped = clear.filter((host) => has(host, 'tokenHelper'));
        const shared = hosts.filter(({ accounts }) => accounts.length > 1);
        return [
          ...kept.map((host) => `${file} still holds a password or token for ${registryOf(host)}, which npm uses`),
          ...helped.map(
            (host) => `${file} named another tokenHelper for ${registryOf(host)}: it is not asked any more`,
          ),
          ...(clear.length === 0 ? [] : unreadByOlderPnpm(file, after(file) ?? '', context.env)),
          ...deeper(context, file, entries, clear),
          ...shared.map(({ host, accounts }) => `${list(accounts)} all serve ${host}: nothing was written for it`),
          ...(several
            ? ['several accounts serve npm, which needs pnpm 11 or later: older ones give no arguments']
            : []),
        ];
      },
    };
  },
  clean(text, known) {
    const previous = npmrcEntries(known?.before ?? '');
    const entries = npmrcEntries(text);
    const gone = entries.filter(isOurs);
    if (gone.length === 0) return text;
    const rest = withoutNpmrcLines(text, gone);
    const back = [...new Set(gone.map(({ key }) => key))].flatMap((key) => {
      const theirs = lastOf(previous, key);
      // Where they have named one again since, that is the one they want.
      if (theirs === undefined || isOurs(theirs) || lastOf(npmrcEntries(rest), key) !== undefined) return [];
      return [(npmrcLines(known?.before ?? '')[theirs.at] ?? '').replace(/[\r\n]+$/, '')];
    });
    return orNoFile(back.length === 0 ? rest : withNpmrcLines(rest, back), known);
  },
};

/** Of two addresses pnpm goes by the longer one. */
function deeper(
  { cwd, env, look }: SetupContext,
  file: string,
  entries: readonly NpmrcEntry[],
  clear: readonly ServedHost[],
): readonly string[] {
  const project = join(cwd, '.npmrc');
  const inProject = project === file ? [] : npmrcEntries(look.read(project) ?? '', env);
  // A project's helper is never run.
  const others = inProject.filter((entry) => !entry.nested && !isHelper(entry));
  const below = (found: readonly NpmrcEntry[], place: string): readonly string[] => {
    const registries = found.flatMap(
      ({ key }) => /^(\/\/.*\/):(?:_authToken|_auth|_password|tokenHelper)$/.exec(key)?.[1] ?? [],
    );
    const within = [...new Set(registries)].filter((name) =>
      clear.some((host) => name !== registryOf(host) && name.startsWith(registryOf(host))),
    );
    const listed = within.filter((name) => !clear.some((host) => registryOf(host) === name));
    return listed.map(
      (name) => `${place} has a password, token or helper for ${name}: below that pnpm does not ask Keytray`,
    );
  };
  return [...below(entries, file), ...below(others, project)];
}
