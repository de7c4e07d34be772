import { dirname, join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { withIniValue, withoutIniEntry } from '../engine/ini-text.ts';
import { servedHosts, sharedHosts } from '../engine/served.ts';
import { orNoFile } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { isOneOf, isOnPath, pathProblem } from '../engine/words.ts';
import { overridesOf, readPip, readPipVersion, requireReadable, said } from './pip-config.ts';

const program = 'keyring';
const header = 'global';
const key = 'keyring-provider';
const value = 'subprocess';

/** The user's own file that pip reads last; the old place only where that is the one there. */
function configFile({ env, home, platform, look }: SetupContext): string {
  if (env.PIP_CONFIG_FILE === '/dev/null') {
    throw new KeytrayError('invalid_request', 'PIP_CONFIG_FILE turns the configuration of pip off', {
      advice: 'Unset it, then set pip up again.',
    });
  }
  const [legacy, mac, own] = placesOf({ env, home });
  const isThere = (path: string): boolean => look.read(path) !== undefined;
  // Where it names nothing, pip reads the user's own files, which making it would turn off.
  if (env.PIP_CONFIG_FILE && (isThere(env.PIP_CONFIG_FILE) || ![legacy, mac, own].some(isThere))) {
    return env.PIP_CONFIG_FILE;
  }
  if (isThere(legacy) && !isThere(own)) return legacy;
  if (platform === 'darwin' && look.real(dirname(mac)) !== undefined) return mac;
  return own;
}

const placesOf = ({ env, home }: Pick<SetupContext, 'env' | 'home'>): readonly [string, string, string] => [
  join(home, '.pip', 'pip.conf'),
  join(home, 'Library', 'Application Support', 'pip', 'pip.conf'),
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip', 'pip.conf'),
];

export const pip: Tool = {
  name: 'pip',
  title: 'pip',
  programs: ['pip', 'pip3', 'uv'],
  writesCommonWords: true,
  linked: program,
  couldName: (file, context) => !context.env.PIP_CONFIG_FILE && isOneOf(file, placesOf(context), context),
  plan(context) {
    const file = configFile(context);
    const { linkFolder, programs, look } = context;
    const installed = readPipVersion(look.ask('pip', ['--version']) ?? look.ask('pip3', ['--version']));
    const [first] = servedHosts(context.accounts, 'pip');
    return {
      files: [
        {
          path: file,
          edit: (text = '') => {
            requireReadable(text, file);
            const { section, key: written, values } = readPip(text);
            return values.get(header) === value ? text : withIniValue(text, section, header, written, value);
          },
        },
      ],
      links:
        linkFolder === undefined ? [] : [{ path: join(linkFolder, program), target: join(programs.libexec, program) }],
      lines: () => [
        ...(installed === undefined ? [`${key} needs pip 23.1 or later; older ones do not read it.`] : []),
        `Up to pip 26.1 the index needs a user name: https://oauth2@${first?.host ?? 'HOST'}/simple/`,
        `uv: UV_KEYRING_PROVIDER=${value}`,
      ],
      obstacles: ({ before }) => {
        const chosen = context.env.PIP_KEYRING_PROVIDER;
        const problem = pathProblem(context, program, programs.libexec);
        return [
          ...(installed === undefined || installed.knowsUs
            ? []
            : [`pip ${installed.version} has no ${key}, pip 23.1 has; run: python3 -m pip install --upgrade pip`]),
          ...overridesOf(context, file, before(file) ?? '', installed?.prefix),
          ...(chosen === undefined || chosen === value
            ? []
            : ['PIP_KEYRING_PROVIDER in the environment wins; unset it']),
          ...(problem === undefined ? [] : [`${problem}; or: keytray setup pip --link FOLDER`]),
        ];
      },
      warnings: ({ before }) => {
        const other = readPip(before(file) ?? '').values.get(header);
        return [
          ...sharedHosts(context.accounts, 'pip', 'path'),
          ...(other === undefined || other === value
            ? []
            : [`${file} said${said(other)}, which Keytray's takes the place of`]),
          ...(context.env.PIP_NO_INPUT === undefined
            ? []
            : ['PIP_NO_INPUT keeps older versions of pip from asking anybody; unset it']),
          ...(linkFolder === undefined || isOnPath(context.env, linkFolder) ? [] : [`${linkFolder} is not on PATH`]),
        ];
      },
    };
  },
  clean(text, known) {
    // Others write the same words: without a record nobody knows whose they are.
    if (known === undefined) return text;
    const { section, entry } = readPip(text);
    if (section === undefined || entry?.value !== value) return text;
    const before = readPip(known.before ?? '');
    if (before.entry !== undefined) {
      return withIniValue(text, section, header, entry.key, before.entry.value.replaceAll('\n', '\n    '));
    }
    return orNoFile(withoutIniEntry(text, section, entry, before.section === undefined), known);
  },
};
