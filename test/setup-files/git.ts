import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type GitEntry, parseEntries } from '../../core/setup/git/git-entries.ts';
import type { Random } from '../fuzz/random.ts';
import { type Finished, runToEnd } from '../support/processes.ts';
import type { FileScene, MadeFile, SetupSubject } from './frame.ts';

const host = 'git.example';
const key = `credential.https://${host}.helper`;

export const onlyOurs = 'no other helper is given our token';

/** A configuration by git's grammar, with the shapes that broke a set-up before. */
function make(random: Random): { readonly text: string; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\r\n']);
  const header = (name: string, sub?: string): string =>
    random.pick(['', '', '  ', '\t']) +
    (sub === undefined ? `[${name}]` : `[${random.pick([name, name.toUpperCase()])} "${sub}"]`);
  const entry = (name: string, value: string): string =>
    random.pick(['\t', '  ', '']) +
    name +
    random.pick([' = ', '=', ' =  ']) +
    random.pick([value, `"${value}"`, `${value} # mine`, `${value} ; ${eol}`]);
  const block = (head: string, ...entries: readonly string[]): string =>
    head + random.pick([eol, eol, ' ']) + entries.map((line) => line + eol).join('');
  /** A key on its section's own line; behind a header git wants not even a space. */
  const oneLine = (head: string, line: string): string => head + random.pick(['', ' ', '\t']) + line + eol;
  const foreign = (): string => random.pick(['store', 'cache --timeout=9', `!echo password=${secret()}`, '']);
  const shapes: readonly (() => string)[] = [
    () => block(header('user'), entry('name', 'Ada'), entry('email', 'ada@lab.example')),
    () => block(header('alias'), `\tlg = log \\${eol}\t\t--oneline`, `\tx = "!f() { echo \\"a;b#c\\"; }; f" # note`),
    () => block(header('credential'), entry('helper', foreign())),
    () => block(header('credential', `https://${host}`), entry('helper', foreign()), entry('username', 'ada')),
    () => block(header('credential', `https://${host}`), entry('useHttpPath', random.pick(['true', 'false']))),
    () => block(header('credential', `https://${host}`), ...(random.chance(0.5) ? [`# ${secret()}`] : [])),
    () => block(header('includeIf', 'gitdir:~/work/'), entry('path', random.pick(['~/work.inc', 'work.inc']))),
    () => block(header('include'), entry('path', 'common.inc')),
    () =>
      block(
        header('url', random.pick(['git@git.example:', `https://oauth2:${secret()}@git.example/`])),
        entry('insteadOf', `https://${host}/`),
      ),
    () => block(header('http', 'https://other.example/'), entry('extraHeader', `X-Key: ${secret()}`)),
    () => `${header('core')} ${header('color')} ui = auto${eol}`,
    () => oneLine(header('credential', `https://${host}`), random.pick([`helper = ${foreign()}`, 'useHttpPath=true'])),
    () =>
      oneLine(`${header('core')}${header('credential')}`, `helper = ${foreign()}`) + entry('useHttpPath', 'true') + eol,
    () => oneLine(header('alias'), `go = "!f() { :; }; f" \\${eol} # not a note`),
    () => `# ${secret()}${eol}; note${eol}${eol}`,
    () => `[core]${eol}\tbare${eol}`,
  ];
  const chosen = Array.from({ length: random.int(7) }, () => random.pick(shapes)());
  const mark = random.pick(['', '', '\ufeff']);
  const end = random.pick(['', '', '', `[core]${eol}\teditor = vi`, `[alias]${eol}\tst = status \\`, '# end']);
  const text = chosen.join('') + end;
  // git itself writes in front of a mark that stands alone, and reads the file no more.
  return { text: text === '' ? '' : mark + text, secrets };
}

function git(scene: FileScene, args: readonly string[], cwd = scene.home, input = ''): Promise<Finished> {
  return runToEnd('git', args, {
    cwd,
    input,
    env: { ...scene.env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '/bin/false' },
  });
}

async function asked(scene: FileScene, folder: string): Promise<void> {
  const log = join(scene.home, '../asked');
  await rm(log, { force: true });
  await writeFile(
    join(scene.programs.bin, 'git-credential-keytray'),
    `#!/bin/sh\necho $1 >>'${log}'\n[ "$1" = get ] && printf 'username=u\\npassword=from-keytray\\n'\nexit 0\n`,
    { mode: 0o755 },
  );
  const about = `protocol=https\nhost=${host}\n`;
  const { stdout } = await git(scene, ['credential', 'fill'], folder, `${about}\n`);
  expect(stdout, 'git gets the password from our helper').toContain('password=from-keytray');
  await git(scene, ['credential', 'approve'], folder, `${about}username=u\npassword=from-keytray\n\n`);
  expect(await readFile(log, 'utf8')).toBe('get\nstore\n');
  const kept = await readFile(join(scene.home, '.git-credentials'), 'utf8').catch(() => '');
  expect(kept, onlyOurs).toBe('');
}

const ownHeader = `[credential "https://${host}"]`;
const ownBlock =
  /\[credential "https:\/\/git\.example"\](?=\r?\n\thelper = \r?\n\thelper = [^\n]*git-credential-keytray)/;

/** A person writes a key behind the header of our section, or of one more of that name, on the same line. */
async function editByHand(file: string, random: Random): Promise<void> {
  const text = await readFile(file, 'utf8');
  const line = random.pick([' username = hand', 'username=hand', '\thelper = store', ' useHttpPath=true']);
  const ours = ownBlock.test(text) && random.chance(0.5);
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  await writeFile(
    file,
    ours ? text.replace(ownBlock, (header) => header + line) : `${text}${end}${ownHeader}${line}\n`,
  );
}

export const gitFiles: SetupSubject = {
  tool: 'git',
  accounts: [{ id: 'lab', serves: { git: [host] } }],
  async make(scene, random): Promise<MadeFile> {
    const { text, secrets } = make(random);
    await scene.write('.gitconfig', text);
    await scene.write('common.inc', random.pick(['[credential]\n\thelper = store\n', '[core]\n\tpager = less\n']));
    await scene.write('work.inc', '[credential]\n\thelper = store\n[user]\n\temail = ada@work.example\n');
    await mkdir(join(scene.home, 'work/demo'), { recursive: true });
    await git(scene, ['init', '-q', 'work/demo']);
    return { shape: JSON.stringify(text), secrets };
  },
  async read(scene) {
    const args = ['config', '--list', '-z', '--show-scope', '--show-origin'];
    return Promise.all(
      ['', 'work/demo'].map(async (folder) => {
        const { status, stdout, stderr } = await git(scene, args, join(scene.home, folder));
        if (status !== 0) throw new Error(stderr);
        // The order counts among values of one key; a key that git adds goes to the last section of its name.
        return parseEntries(stdout).toSorted((left, right) =>
          left.key < right.key ? -1 : Number(left.key > right.key),
        );
      }),
    );
  },
  withoutUs(reading) {
    return (reading as readonly (readonly GitEntry[])[]).map((entries) => {
      const own = entries.findIndex((entry) => entry.value.endsWith('/git-credential-keytray'));
      expect(entries[own - 1], 'the reset is in front of ours').toMatchObject({ key, value: '' });
      return entries.filter((_, index) => index !== own && index !== own - 1);
    });
  },
  async expectAsked(scene, report) {
    await asked(scene, scene.home);
    await asked(scene, join(scene.home, 'work/demo'));
    expect(report.warnings.join('\n')).not.toContain('is called after Keytray');
    const { stdout } = await git(scene, ['ls-remote', '--get-url', `https://${host}/demo`]);
    const rewritten = stdout.trim() !== `https://${host}/demo`;
    if (rewritten && !stdout.includes('oauth2:'))
      expect(report.warnings.join('\n')).toContain(`takes the place of https://${host}/`);
  },
  async addToOurs(scene) {
    await git(scene, ['config', '--global', '--add', `credential.https://${host}.useHttpPath`, 'yes']);
    return async () => {
      const { stdout } = await git(scene, [
        'config',
        '--global',
        '--get-all',
        `credential.https://${host}.useHttpPath`,
      ]);
      expect(stdout).toMatch(/^yes$/m);
    };
  },
  async edit(scene, random) {
    // git itself would add its lines to a value that goes on.
    const file = join(scene.home, '.gitconfig');
    if ((await readFile(file, 'utf8')).endsWith('\\')) await appendFile(file, '\n\n');
    if (random.chance(0.4)) return await editByHand(file, random);
    const args = random.pick([
      ['--add', 'user.signingkey', 'abc'],
      ['--add', `credential.https://${host}.username`, 'bob'],
      ['--add', 'alias.again', 'status'],
      ['--add', 'credential.https://other.example.helper', 'cache'],
    ]);
    const { status, stderr } = await git(scene, ['config', '--global', ...args]);
    if (status !== 0) throw new Error(stderr);
  },
};
