import { dirname, join } from 'node:path';
import { KeytrayError } from '../errors.ts';
import { withIniValue, withoutIniEntry } from './ini-text.ts';
import { overridesOf, readPip, requireReadable } from './pip-config.ts';
import { servedHosts, sharedHosts } from './served.ts';
import { orNoFile } from './text-lines.ts';
import type { SetupContext, Tool } from './tool.ts';
import { isOneOf, isOnPath, pathProblem } from './words.ts';

const program = 'keyring';
const header = 'global';
const key = 'keyring-provider';
const value = 'subprocess';

/** The user's own file that pip reads last; the old place only where that is the one there. */
function configFile({ env, home, platform, look }: SetupContext): string {
  if (env.PIP_CONFIG_FILE === '/dev/null') {
    throw new KeytrayError('invalid_request', 'PIP_CONFIG_FILE turns the configuration of pip off; unset it');
  }
  if (env.PIP_CONFIG_FILE) return env.PIP_CONFIG_FILE;
  const [legacy, mac, own] = placesOf({ env, home });
  if (look.read(legacy) !== undefined && look.read(own) === undefined) return legacy;
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
    const { linkFolder, programs } = context;
    const [first] = servedHosts(context.accounts, 'pip');
    return {
      files: [
        {
          path: file,
          edit: (text = '') => {
            requireReadable(text, file);
            const { section, entry } = readPip(text);
            return entry?.value === value ? text : withIniValue(text, section, header, entry?.key ?? key, value);
          },
        },
      ],
      links:
        linkFolder === undefined ? [] : [{ path: join(linkFolder, program), target: join(programs.libexec, program) }],
      lines: () => [
        `${key} needs pip 23.1 or later; older ones do not read it.`,
        `Up to pip 26.1 the index needs a user name: https://oauth2@${first?.host ?? 'HOST'}/simple/`,
        `uv: UV_KEYRING_PROVIDER=${value}`,
      ],
      obstacles: ({ before }) => {
        const chosen = context.env.PIP_KEYRING_PROVIDER;
        const problem = pathProblem(context, program, programs.libexec);
        return [
          ...overridesOf(context, file, before(file) ?? ''),
          ...(chosen === undefined || chosen === value
            ? []
            : ['PIP_KEYRING_PROVIDER in the environment wins; unset it']),
          ...(problem === undefined ? [] : [`${problem}; or: keytray setup pip --link FOLDER`]),
        ];
      },
      warnings: ({ before }) => {
        const other = readPip(before(file) ?? '').entry?.value;
        return [
          ...sharedHosts(context.accounts, 'pip', 'path'),
          ...(other === undefined || other === value ? [] : [`${file} said ${key} = ${other}`]),
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
