import { join } from 'node:path';
import { KeytrayError } from '../errors.ts';
import { sharedHosts } from './served.ts';
import { linesOf, orNoFile, withLines } from './text-lines.ts';
import type { SetupContext, Tool } from './tool.ts';
import { cannotCall, keytrayCommand, quotedPath } from './words.ts';

const ours = /\/keytray"? helper go get$/;
/** What Go does where nothing is set. */
const standard = 'netrc';

/** The file that `go env -w` writes. */
function configFile({ env, home, platform }: SetupContext): string {
  if (env.GOENV === 'off') {
    throw new KeytrayError('invalid_request', 'GOENV=off turns the file of go env off; unset it');
  }
  const own = platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config');
  return env.GOENV || join(env.XDG_CONFIG_HOME || own, 'go', 'env');
}

const itemsOf = (value: string): readonly string[] =>
  value
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function goauthIn(text: string | undefined): string | undefined {
  return linesOf(text ?? '')
    .find((line) => line.startsWith('GOAUTH='))
    ?.slice('GOAUTH='.length)
    .trim();
}

function withValue(text: string, value: string | undefined): string {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => line.startsWith('GOAUTH='));
  if (at < 0) return value === undefined ? text : withLines(text, [`GOAUTH=${value}`]);
  const end = /\r?\n?$/.exec(lines[at] ?? '')?.[0] ?? '';
  return [...lines.slice(0, at), value === undefined ? '' : `GOAUTH=${value}${end}`, ...lines.slice(at + 1)].join('');
}

/** Go splits GOAUTH at every semicolon before it looks at quotes. */
function commandPath(context: SetupContext): string {
  const path = keytrayCommand(context);
  if (path.includes(';')) throw cannotCall('go', path);
  return quotedPath(path, 'go');
}

export const go: Tool = {
  name: 'go',
  title: 'Go',
  programs: ['go'],
  plan(context) {
    const file = configFile(context);
    return {
      files: [
        {
          path: file,
          edit: (text = '') => {
            const present = itemsOf(goauthIn(text) ?? standard);
            if (present.includes('off')) {
              throw new KeytrayError('invalid_request', `${file} says GOAUTH=off; remove that first: go env -u GOAUTH`);
            }
            const command = `${commandPath(context)} helper go get`;
            // Where two have a header for the same address, Go takes the earlier one.
            return withValue(text, [command, ...present].join('; '));
          },
        },
      ],
      links: [],
      lines: () => ['Go 1.24 and later ask; modules that come by git need keytray setup git too.'],
      warnings: () => sharedHosts(context.accounts, 'go', 'path'),
      obstacles: () => {
        const { GOAUTH } = context.env;
        const hidden = GOAUTH !== undefined && !itemsOf(GOAUTH).some((item) => ours.test(item));
        return hidden ? ['GOAUTH in the environment hides the one that was written; unset it'] : [];
      },
    };
  },
  clean(text, known) {
    const present = goauthIn(text);
    if (present === undefined) return text;
    const items = itemsOf(present);
    const rest = items.filter((item) => !ours.test(item));
    if (rest.length === items.length) return text;
    const wasSet = goauthIn(known?.before) !== undefined;
    const nothing = rest.length === 0 || (rest.length === 1 && rest[0] === standard && !wasSet);
    return orNoFile(withValue(text, nothing ? undefined : rest.join('; ')), known);
  },
};
