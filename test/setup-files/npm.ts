import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import { type PackedProgram, unpackedProgram } from '../support/packed-program.ts';
import { pnpm10, pnpm12 } from '../support/pnpm.ts';
import { type Finished, runToEnd } from '../support/processes.ts';
import { type FileScene, type MadeFile, replaceIn, type SetupSubject } from './frame.ts';

const npm11: PackedProgram = {
  name: 'npm',
  version: '11.19.1',
  integrity: 'sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==',
};

const registry = '//127.0.0.1:9/';
const key = `${registry}:tokenHelper`;
const helper = 'npm-token-keytray';

/** The user's own file by npm's own reader, tokens and all, which `npm config list` leaves out. */
const reader = `
const { join } = require('node:path');
const config = join(process.argv[1], 'node_modules/@npmcli/config');
const Config = require(config);
const { definitions, shorthands, flatten, nerfDarts } = require(join(config, 'lib/definitions'));
const argv = [process.execPath, 'npm'];
const reading = new Config({ npmPath: process.argv[1], definitions, shorthands, flatten, nerfDarts, argv, warn: false });
reading.load().then(() => console.log(JSON.stringify(Object.fromEntries(Object.entries(reading.data.get('user').data)))));
`;

const variable = (name: string): string => `\${${name}}`;

interface Made {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** npm's dialect of ini, with the shapes that broke a set-up before. */
function make(random: Random): Made {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\n', '\r\n']);
  const line = (name: string, value: string): string => {
    const written = random.pick([name, name, `"${name}"`]);
    const said = random.pick([value, value, `"${value}"`]);
    // Behind a quoted value a comment would make the quotes part of it.
    const end = said === value ? random.pick(['', '', ' ', ` ; ${secret()}`, ` # ${secret()}`]) : '';
    return `${random.pick(['', '', '  '])}${written}${random.pick(['=', '=', ' = '])}${said}${end}${eol}`;
  };
  const token = (): string => random.pick([secret(), variable('LAB_TOKEN'), variable('NOT_SET'), `x\\;${secret()}`]);
  const basic = (): string => {
    const pair = Buffer.from(`ada:${secret()}`).toString('base64');
    secrets.push(pair);
    return pair;
  };
  const theirs = [
    () => line(`${registry}:_authToken`, token()),
    () => line(`//${variable('LAB_HOST')}/:_authToken`, token()),
    () => line(`${registry}:username`, 'ada') + line(`${registry}:_password`, secret()),
    () => `${key}=/bin/true${eol}`,
    () => `${key} = "/bin/true"${eol}`,
    () => `//${variable('LAB_HOST')}/:tokenHelper=/bin/true${eol}`,
  ];
  const others = [
    () => line('registry', 'https://registry.example/'),
    () => line('@lab:registry', `http:${registry}`),
    () => line('//other.example/:_authToken', token()),
    () => line('//127.0.0.1:99/:_authToken', token()),
    () => line(`${registry}deep/:_authToken`, secret()),
    () => `//other.example/:tokenHelper=${random.pick(['/bin/true', variable('LAB_TOKEN')])}${eol}`,
    () => `omit[]=dev${eol}omit[] = optional${eol}`,
    () => `; ${key}=${secret()}${eol}# ${secret()}${eol}`,
    () => line('init-author-name', `Ada ${secret()}`),
    // pnpm 12 reads a comment behind it as part of it, and then nothing of the file.
    () => `//other.example/:_auth=${basic()}${eol}`,
    () => line('git', `/usr/bin/git --token=${secret()}`),
    () => `save-exact${eol}`,
    () => eol,
    () => `fund = false${eol}`,
  ];
  const top = [...others.filter(() => random.chance(0.35)), ...theirs.filter(() => random.chance(0.2))];
  for (let at = top.length - 1; at > 0; at -= 1) {
    const other = random.int(at + 1);
    [top[at], top[other]] = [top[other] ?? (() => ''), top[at] ?? (() => '')];
  }
  const section = random.chance(0.3)
    ? `[${random.pick(['mine', 'a.b'])}]${eol}${line('x', secret())}${line(`${registry}:_authToken`, secret())}`
    : '';
  const text = random.pick(['', '', '', '\ufeff']) + top.map((made) => made()).join('') + section;
  return { text: random.chance(0.2) ? text.replace(/[\r\n]+$/, '') : text, secrets };
}

const variables = { LAB_HOST: '127.0.0.1:9', LAB_TOKEN: 'from-the-environment' };

async function npm(scene: FileScene, args: readonly string[]): Promise<Finished> {
  const folder = await unpackedProgram(npm11);
  return runToEnd(process.execPath, [join(folder, 'bin/npm-cli.js'), ...args], {
    cwd: join(scene.home, '..'),
    env: { ...scene.env, npm_config_update_notifier: 'false' },
  });
}

/** What npm says on standard error. */
export const npmSays = async (scene: FileScene): Promise<string> =>
  (await npm(scene, ['config', 'get', 'registry'])).stderr;

/** The command of pnpm that runs with what a person added: before 11, none takes arguments. */
async function pnpmFor(scene: FileScene, made: MadeFile): Promise<readonly [string, ...string[]]> {
  const hasOptions = (await readFile(fileOf(scene), 'utf8')).includes('--registry');
  if (made.shape.startsWith('pnpm 10') && !hasOptions) {
    return [process.execPath, join(await unpackedProgram(pnpm10), 'bin/pnpm.cjs')];
  }
  const packed = pnpm12[process.arch];
  if (packed === undefined) throw new Error(`no pnpm 12 is known for ${process.arch}`);
  return [join(await unpackedProgram(packed), 'pnpm')];
}

type Reading = Readonly<Record<string, unknown>>;

export const fileOf = ({ home, env }: FileScene): string => env.npm_config_userconfig ?? join(home, '.npmrc');
export const counts = 'npm reads our line at the top of the file';

/** What pnpm 10 says where it reads nothing of a file, and what set-up says of the same. */
const unreadWords = {
  [`Failed to replace env in config: ${variable('NOT_SET')}`]: 'uses NOT_SET, without a value',
  'Failed parsing JSON config key': 'whose quotes hold no JSON',
  'It is not allowed to use environment variables': 'by a variable',
};

export const npmFiles: SetupSubject = {
  tool: 'npm',
  accounts: [{ id: 'lab', serves: { npm: ['127.0.0.1:9', '127.0.0.1:9/team/*'] } }],
  async make(scene, random): Promise<MadeFile> {
    const { text, secrets } = make(random);
    const chosen = random.chance(0.2);
    await scene.write(chosen ? 'conf/npmrc' : '.npmrc', text, 0o600);
    return {
      shape: `${random.pick(['pnpm 10', 'pnpm 12', 'pnpm 12'])} ${JSON.stringify(text)}`,
      secrets,
      env: { ...variables, ...(chosen ? { npm_config_userconfig: join(scene.home, 'conf/npmrc') } : {}) },
    };
  },
  async read(scene) {
    const folder = await unpackedProgram(npm11);
    const where = { cwd: join(scene.home, '..'), env: scene.env };
    const { status, stdout, stderr } = await runToEnd(process.execPath, ['-e', reader, folder], where);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Reading;
  },
  withoutUs(reading, before) {
    const { [key]: ours, [`${registry}team/:tokenHelper`]: team, ...rest } = reading as Reading;
    expect(String(ours), counts).toMatch(new RegExp(`^/.*/${helper}$`));
    expect(team).toBe(ours);
    const { [key]: theirs } = before as Reading;
    return theirs === undefined ? rest : { ...rest, [key]: theirs };
  },
  async expectAsked(scene, report, made) {
    expect(report.blocked).toBe(false);
    const log = join(scene.home, '../asked');
    await rm(log, { force: true });
    const answer = `#!/bin/sh\necho "asked $*" >>'${log}'\necho Bearer x\n`;
    await writeFile(join(scene.programs.bin, helper), answer, { mode: 0o755 });
    const project = join(scene.home, '../project');
    await mkdir(project, { recursive: true });
    await writeFile(join(project, '.npmrc'), `registry=http:${registry}\n`);
    await writeFile(join(project, 'pnpm-workspace.yaml'), 'fetchRetries: 0\n');
    await writeFile(join(project, 'package.json'), '{"name":"user","version":"0.0.0"}\n');
    const [file, ...args] = await pnpmFor(scene, made);
    const state = join(scene.home, '../pnpm');
    const folders = { XDG_DATA_HOME: state, XDG_CACHE_HOME: state, XDG_CONFIG_HOME: state, CI: '1' };
    const env = { ...scene.env, ...folders };
    const { stdout, stderr } = await runToEnd(file, [...args, 'add', 'demo'], { cwd: project, env });
    const asked = await readFile(log, 'utf8').catch(() => stdout + stderr);
    const unread = report.warnings.filter((warning) =>
      warning.includes('pnpm before 11 then reads nothing of the file'),
    );
    if (unread.length > 0 && file === process.execPath) {
      const [said] = Object.entries(unreadWords).find(([words]) => asked.includes(words)) ?? [];
      expect(said, asked).toBeDefined();
      expect(unread.join('\n')).toContain(unreadWords[said as keyof typeof unreadWords]);
    } else expect(asked).toMatch(/^asked/);
  },
  async addToOurs(scene) {
    const file = fileOf(scene);
    const added = `${helper} --registry=http:${registry}`;
    await replaceIn(file, new RegExp(`(?<=^${key}=.*)${helper}`, 'm'), added);
    return async () => expect(await readFile(file, 'utf8')).toContain(added);
  },
  async edit(scene, random) {
    const args = random.pick([
      ['set', 'audit=false'],
      ['set', '//third.example/:_authToken=x', 'fund=true'],
      ['delete', 'save-exact'],
    ]);
    const { status, stderr } = await npm(scene, ['config', ...args]);
    if (status !== 0) throw new Error(stderr);
  },
};
