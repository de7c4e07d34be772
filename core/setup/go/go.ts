import { isAbsolute, join, resolve } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { sharedHosts } from '../engine/served.ts';
import { orNoFile } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { cannotCall, correctFile, keytrayCommand, quotedPath } from '../engine/words.ts';
import { commandsOf, goauthIn, goauthProblem, withGoauth, wordsOf } from './go-env.ts';

/** What Go does where nothing is set. */
const standard = 'netrc';

/**
 * For Go, an empty variable is as if unset. With no file it tells what it was built or installed with, and with no home
 * folder it writes no telemetry: a preview changes nothing.
 */
const withoutPerson = { GOENV: 'off', GOAUTH: '', HOME: '', XDG_CONFIG_HOME: '' };

/** The file that `go env -w` writes. */
function configFile({ env, home, cwd, platform }: SetupContext): string {
  if (env.GOENV === 'off') {
    throw new KeytrayError('invalid_request', 'GOENV=off turns the file of go env off', {
      advice: 'Unset it, then set Go up again.',
    });
  }
  if (env.GOENV) return resolve(cwd, env.GOENV);
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'go', 'env');
  const own = env.XDG_CONFIG_HOME;
  if (own && !isAbsolute(own)) {
    throw new KeytrayError('invalid_request', 'XDG_CONFIG_HOME is not an absolute path, so Go reads no file', {
      advice: 'Unset it, then set Go up again.',
    });
  }
  return join(own || join(home, '.config'), 'go', 'env');
}

function isOurs(command: string): boolean {
  const [program = '', ...words] = wordsOf(command) ?? [];
  return program.endsWith('/keytray') && words.slice(0, 3).join(' ') === 'helper go get';
}

/** Go splits GOAUTH at every semicolon before it looks at quotes. */
function commandFor(context: SetupContext): string {
  const path = keytrayCommand(context);
  if (path.includes(';')) throw cannotCall('go', path);
  return `${quotedPath(path, 'go')} helper go get`;
}

/** What a person put behind `helper go get`, and the place they gave it in the list. */
interface Kept {
  readonly options: string;
  readonly at: number;
}

function keptIn(text: string | undefined): Kept {
  const commands = commandsOf(goauthIn(text ?? '') ?? '');
  const at = Math.max(0, commands.findIndex(isOurs));
  const ours = commands[at] ?? '';
  return { options: isOurs(ours) ? ours.replace(/^.*?helper\s+go\s+get/, '').trimEnd() : '', at };
}

/** Where two have a header for the same address, Go takes the earlier one: first, unless a person placed it. */
function withOurs(value: string, command: string, { options, at }: Kept): string {
  const others = commandsOf(value);
  const place = Math.min(at, others.length);
  const own = `${place === 0 ? '' : ' '}${command}${options}`;
  const [next, ...rest] = others.slice(place);
  const after = next === undefined ? [] : [next.startsWith(' ') ? next : ` ${next}`, ...rest];
  return [...others.slice(0, place), own, ...after].join(';');
}

export const go: Tool = {
  name: 'go',
  title: 'Go',
  programs: ['go'],
  plan(context) {
    const file = configFile(context);
    const told = context.look.ask('go', ['env', 'GOAUTH'], withoutPerson)?.trim();
    const isOld = told === '';
    return {
      files: [
        {
          path: file,
          edit: (text = '', current = text) => {
            const present = goauthIn(text);
            const value = present?.trim() ? present : told || standard;
            const problem = goauthProblem(value);
            if (problem !== undefined)
              throw new KeytrayError('invalid_request', `${file} ${problem}`, { advice: correctFile });
            return withGoauth(text, withOurs(value, commandFor(context), keptIn(current)));
          },
        },
      ],
      links: [],
      lines: () => ['Go 1.24 and later ask; modules that come by git need keytray setup git too.'],
      warnings: () => [
        ...sharedHosts(context.accounts, 'go', 'path'),
        ...(isOld ? ['the go on PATH does not know GOAUTH: only Go 1.24 and later ask Keytray'] : []),
      ],
      obstacles: () => {
        const { GOAUTH } = context.env;
        const hidden = GOAUTH !== undefined && GOAUTH !== '' && !commandsOf(GOAUTH).some(isOurs);
        return hidden ? ['GOAUTH in the environment hides the one that was written; unset it'] : [];
      },
    };
  },
  clean(text, known) {
    const present = goauthIn(text);
    const commands = commandsOf(present ?? '');
    const rest = commands.filter((command) => !isOurs(command));
    if (rest.length === commands.length) return text;
    const before = goauthIn(known?.before ?? '');
    const value = rest.join(';').trim();
    // Where nothing was set we wrote Go's own default along, so that it goes on to count.
    const nothing = value === '' || (value === standard && !before?.trim());
    const emptied = before === undefined ? undefined : '';
    return orNoFile(withGoauth(text, nothing ? emptied : value), known);
  },
};
