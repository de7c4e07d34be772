import { dirname, join } from 'node:path';
import { KeytrayError } from '../errors.ts';
import { removeInSection, setInSection, valueIn } from './section-text.ts';
import { servedHosts, sharedHosts } from './served.ts';
import { orNoFile } from './text-lines.ts';
import type { SetupContext, Tool } from './tool.ts';
import { isOneOf, isOnPath, pathProblem } from './words.ts';

const program = 'keyring';
const header = 'global';
const key = 'keyring-provider';
const value = 'subprocess';

/** The one `pip config set` writes to: the old place counts where there is a file already. */
function configFile({ env, home, platform, look }: SetupContext): string {
  if (env.PIP_CONFIG_FILE === '/dev/null') {
    throw new KeytrayError('invalid_request', 'PIP_CONFIG_FILE turns the configuration of pip off; unset it');
  }
  if (env.PIP_CONFIG_FILE) return env.PIP_CONFIG_FILE;
  const [legacy, mac, own] = placesOf({ env, home });
  if (look.read(legacy) !== undefined) return legacy;
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
          edit: (text = '') => (valueIn(text, header, key) === value ? text : setInSection(text, header, key, value)),
        },
      ],
      links:
        linkFolder === undefined ? [] : [{ path: join(linkFolder, program), target: join(programs.libexec, program) }],
      lines: () => [
        `Up to pip 26.1 the index needs a user name: https://oauth2@${first?.host ?? 'HOST'}/simple/`,
        `uv: UV_KEYRING_PROVIDER=${value}`,
      ],
      obstacles: () => {
        const chosen = context.env.PIP_KEYRING_PROVIDER;
        const problem = pathProblem(context, program, programs.libexec);
        return [
          ...(chosen === undefined || chosen === value
            ? []
            : ['PIP_KEYRING_PROVIDER in the environment wins; unset it']),
          ...(problem === undefined ? [] : [`${problem}; or: keytray setup pip --link FOLDER`]),
        ];
      },
      warnings: ({ before }) => {
        const other = valueIn(before(file) ?? '', header, key);
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
    if (known === undefined || valueIn(text, header, key) !== value) return text;
    const previous = valueIn(known.before ?? '', header, key);
    if (previous !== undefined) return setInSection(text, header, key, previous);
    const ownSection = !(known.before ?? '').includes(`[${header}]`);
    return orNoFile(removeInSection(text, header, key, ownSection), known);
  },
};
