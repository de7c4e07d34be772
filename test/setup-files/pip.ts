import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import type { FileScene, MadeFile, SetupSubject } from './frame.ts';
import { type PipAnswer, type PipJudge, startPipJudge } from './pip-judge.ts';

const key = 'global.keyring-provider';
const asksUs = 'pip asks our keyring';
export const counts = 'our provider is the one that counts';

let judge: Promise<PipJudge> | undefined;

/** After the last file. */
export async function endPip(): Promise<void> {
  await (await judge)?.end();
  judge = undefined;
}

async function ask(scene: FileScene, args?: readonly string[]): Promise<PipAnswer> {
  judge ??= startPipJudge();
  const env = { ...scene.env, LC_ALL: 'C.UTF-8', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  return await (await judge).call({ cwd: scene.home, env, ...(args === undefined ? {} : { args }) });
}

const pip = (scene: FileScene, ...args: readonly string[]): Promise<PipAnswer> => ask(scene, args);

/** The forms of Python's configparser, with the shapes that broke a set-up before. */
function make(random: Random): { readonly text: string; readonly secrets: readonly string[]; readonly says: string } {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\r\n']);
  const line = (name: string, value: string): string => {
    const written = random.pick([name, name, name.replaceAll('-', '_'), name.toUpperCase()]);
    return (
      random.pick([`${written} = ${value}`, `${written}=${value}`, `${written}: ${value}`, `${written} :${value}`]) +
      eol
    );
  };
  const note = (): string => random.pick(['', '', eol, `# ${secret()}${eol}`, `; [install]${eol}`, `    # in${eol}`]);
  const head = (name: string): string => `[${name}]${random.pick(['', '', ' ; mine'])}${eol}`;
  const index = (): string =>
    line('extra-index-url', `${eol}  https://ada:${secret()}@a.example/simple${eol}    https://b.example/simple`);
  const provider = random.pick(['', '', 'auto', 'import', 'subprocess'] as const);
  const own = provider === '' ? '' : line('keyring-provider', provider);
  const values = [random.chance(0.5) ? line('timeout', '60') : '', own, random.chance(0.5) ? index() : '', note()];
  const body = random.chance(0.5) ? values.join('') : values.toReversed().join('');
  const deep = random.chance(0.2) && !/^\s/m.test(body);
  const global = head('global') + (deep ? body.replace(/^(?=.)/gm, '   ') : body);
  const says = random.pick(['nothing', 'nothing', 'install', 'default'] as const);
  const blocks = [
    random.chance(0.8) || says === 'default' ? global : '',
    says === 'install' ? head('download') + line('keyring-provider', 'disabled') : '',
    says === 'default' ? head('DEFAULT') + line('retries', '1') : '',
    random.chance(0.3) ? head('install') + line('proxy', `http://ada:${secret()}@127.0.0.1:9`) : '',
    random.chance(0.4) ? head('list') + line('format', 'columns') + note() : '',
    random.chance(0.3) ? head('wheel') + line('find-links', `${eol}  [global]${eol}  keyring-provider = x`) : '',
  ];
  const at = random.int(blocks.length);
  const text = note().trimStart() + [...blocks.slice(at), ...blocks.slice(0, at)].join('');
  return { text: random.chance(0.2) ? text.trimEnd() : text, secrets, says };
}

/** Where each shape has the file that pip reads last. */
const places: readonly (readonly [
  name: string,
  file: string,
  env?: (home: string) => Readonly<Record<string, string>>,
])[] = [
  ['own', '.config/pip/pip.conf'],
  ['own', '.config/pip/pip.conf'],
  ['legacy', '.pip/pip.conf'],
  ['both', '.config/pip/pip.conf'],
  ['chosen', 'chosen.conf', (home) => ({ PIP_CONFIG_FILE: join(home, 'chosen.conf') })],
  ['chosen, not there', '.config/pip/pip.conf', (home) => ({ PIP_CONFIG_FILE: join(home, 'none.conf') })],
];

export const pipFiles: SetupSubject = {
  tool: 'pip',
  accounts: [{ id: 'lab', serves: { pip: ['p.example'] } }],
  async make(scene, random): Promise<MadeFile> {
    const { text, secrets, says } = make(random);
    const [name, file, env] = random.pick(places);
    await scene.write(file, text, 0o600);
    if (name === 'both') await scene.write('.pip/pip.conf', '[global]\nkeyring-provider = disabled\nretries = 2\n');
    await scene.write('xdg/pip/pip.conf', '[global]\nkeyring-provider = disabled\nrequire-virtualenv = no\n');
    return {
      shape: `${says} ${name} ${JSON.stringify(text)}`,
      secrets,
      env: { XDG_CONFIG_DIRS: join(scene.home, 'xdg'), ...env?.(scene.home) },
    };
  },
  async read(scene) {
    const { status, stdout, stderr } = await ask(scene);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Readonly<Record<string, string>>;
  },
  withoutUs(reading, before) {
    const { [key]: ours, ...rest } = reading as Readonly<Record<string, string>>;
    expect(ours, counts).toBe('subprocess');
    const { [key]: theirs } = before as Readonly<Record<string, string>>;
    return theirs === undefined ? rest : { ...rest, [key]: theirs };
  },
  async expectAsked(scene, report, made) {
    const log = join(scene.home, '../asked');
    await rm(log, { force: true });
    await writeFile(join(scene.programs.libexec, 'keyring'), `#!/bin/sh\necho "$*" >>'${log}'\nexit 1\n`, {
      mode: 0o755,
    });
    const server = createServer((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });
    await once(server, 'listening');
    const address = server.address();
    const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const from = ['--index-url', `http://oauth2@${host}/simple/`, '--extra-index-url', `http://oauth2@${host}/simple/`];
    await pip(scene, 'download', '--no-input', '--no-deps', '--no-cache-dir', '--retries=0', ...from, 'nothing');
    const asked = await readFile(log, 'utf8').catch(() => '');
    if (made.shape.startsWith('install')) {
      expect(report.blocked).toBe(true);
      expect(report.warnings.join('\n')).toContain(
        'keyring-provider = disabled in [download], which wins over Keytray',
      );
      expect(asked).toBe('');
      return;
    }
    expect(report.blocked).toBe(false);
    expect(asked, asksUs).toContain(`get http://${host}/simple/ oauth2`);
  },
  async edit(scene, random) {
    const args = random.pick([
      ['set', 'global.timeout', '7'],
      ['set', 'install.no-compile', 'yes'],
      ['set', 'global.retries', '3'],
    ]);
    const { status, stderr } = await pip(scene, 'config', '--user', ...args);
    // With PIP_CONFIG_FILE pip has no file of the user's to change.
    if (status !== 0 && scene.env.PIP_CONFIG_FILE === undefined) throw new Error(stderr);
  },
};
