import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import { runToEnd } from '../support/processes.ts';
import { type FileScene, type MadeFile, replaceIn, type SetupSubject } from './frame.ts';

const program = 'bazel-credential-keytray';
const scope = '127.0.0.1';

/**
 * No Bazel can be had here, so the words are split by Python's shlex, which knows the same quotes and comments; the
 * rest is the documented order: lines joined at `\` (one at the very end is nothing), then read one by one, later ones
 * counting more.
 */
const judge = `
import json, os, shlex, sys
def read(path, seen):
    text = open(path, newline='').read().replace('\\\\\\r\\n', '').replace('\\\\\\n', '')
    found = []
    for line in text.split('\\n'):
        words = shlex.split(line.strip().rstrip('\\\\'), comments=True, posix=True)
        if len(words) == 2 and words[0] in ('import', 'try-import'):
            if os.path.exists(words[1]) and words[1] not in seen:
                found += read(words[1], seen + [words[1]])
        elif len(words) > 1:
            found += [[words[0], word] for word in words[1:]]
    return found
print(json.dumps(read(sys.argv[1], [])))
`;

interface Made {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** The grammar of the documentation, with the shapes that broke a set-up before. */
function make(random: Random, imported: string): Made {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\n', '\r\n']);
  const on = (): string => random.pick([' ', ' ', '  ', ` \\${eol}    `]);
  const note = (): string =>
    random.pick(['', '', ` # ${secret()}`, ` # common --credential_helper=${scope}=/x \\${eol} on`]);
  const other = (): string =>
    random.pick([
      `--credential_helper=${scope}=/usr/bin/other`,
      `--credential_helper${on()}${scope}=/usr/bin/other`,
      `"--credential_helper=other.example=/usr/bin/my other"`,
      `--credential_helper='/usr/bin/all'`,
    ]);
  const lines = [
    () => `build${on()}--jobs=4${on()}-k${note()}`,
    () => `build --remote_header="x-key=${secret()}"${note()}`,
    () => `build:ci --remote_header=x-key=${secret()}\\ and\\ more`,
    () => `common${on()}${other()}${note()}`,
    () => `${random.pick(['build', 'fetch', 'build:ci'])} ${other()}`,
    () => `try-import ${imported}`,
    () => 'try-import %workspace%/user.bazelrc',
    () => `# ${secret()}`,
    () => `# common --credential_helper=${scope}=/x \\${eol}build --jobs=9`,
    () => `te"st" --test_env='A=${secret()} # not a comment'`,
    () => '',
    () => 'startup --max_idle_secs=9',
  ].filter(() => random.chance(0.4));
  const text = lines.map((line) => line() + eol).join('');
  const end = random.pick([
    '',
    '',
    '',
    `build -k \\${eol}`,
    'build -k \\',
    `# ${secret()} \\${eol}`,
    `build -s \\${eol}  -k`,
  ]);
  return { text: text + end, secrets };
}

type Option = readonly [command: string, word: string];

async function read({ home, env }: FileScene): Promise<readonly Option[]> {
  const command = ['-c', judge, join(home, '.bazelrc')];
  const { status, stdout, stderr } = await runToEnd('/usr/bin/python3', command, { cwd: home, env });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Option[];
}

const isOurs = ([, word]: Option): boolean => word.endsWith(`/${program}`);
export const counts = 'our helper is the last one for every command';

export const bazelFiles: SetupSubject = {
  tool: 'bazel',
  accounts: [{ id: 'lab', serves: { bazel: [`${scope}:443`, 'cache.example'] } }],
  async make(scene, random): Promise<MadeFile> {
    const imported = join(scene.home, 'more.bazelrc');
    const rival = random.pick(['common', 'common', 'build']);
    await scene.write('more.bazelrc', `${rival} --credential_helper=${scope}=/usr/bin/imported\nbuild -k\n`);
    const { text, secrets } = make(random, imported);
    await scene.write('.bazelrc', text, 0o600);
    return { shape: `${rival} ${JSON.stringify(text)}`, secrets };
  },
  read,
  withoutUs(reading) {
    const options = reading as readonly Option[];
    const last = (name: string) =>
      options.findLast(([command, word]) => command === 'common' && word.startsWith(`--credential_helper=${name}=`));
    for (const name of [scope, 'cache.example']) {
      expect(last(name)?.[1] ?? '', counts).toMatch(new RegExp(`/${program}$`));
    }
    return options.filter((option) => !isOurs(option));
  },
  async expectAsked(scene, report) {
    const options = await read(scene);
    // In one word or two; for one command it comes before one for all of them.
    const rivals = options.filter(([command, word], at) => {
      const value = word === '--credential_helper' ? options[at + 1]?.[1] : word.replace('--credential_helper=', '');
      return command !== 'common' && !isOurs([command, word]) && value?.startsWith(`${scope}=/`) === true;
    });
    const values = new Set(rivals.map(([command]) => command));
    expect(report.blocked).toBe(values.size > 0);
    for (const command of values) {
      expect(report.warnings.join('\n')).toContain(
        `names another helper for ${scope} for ${command}, which Bazel asks`,
      );
    }
  },
  async addToOurs(scene) {
    const file = join(scene.home, '.bazelrc');
    const added = `${program} --curses=no`;
    await replaceIn(file, new RegExp(`(?<=^common --credential_helper=${scope}=\\S*/)${program}`, 'm'), added);
    return async () => expect(await readFile(file, 'utf8')).toContain(added);
  },
  async edit(scene, random) {
    // Bazel itself changes no file.
    const file = join(scene.home, '.bazelrc');
    const text = await readFile(file, 'utf8');
    const gap = /\\\r?\n?$/.test(text) ? '\n\n' : text === '' || text.endsWith('\n') ? '' : '\n';
    await writeFile(file, random.pick([`# mine\n${text}`, `${text}${gap}build --jobs=2\n`, `fetch -k\n${text}`]));
  },
};
