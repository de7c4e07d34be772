import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import type { Finished } from '../support/processes.ts';
import { runTrixie } from '../support/trixie.ts';
import { wrapTrixie } from '../support/trixie-wrapper.ts';
import { type FileScene, type MadeFile, replaceIn, type SetupSubject } from './frame.ts';

interface Made {
  readonly text: string;
  readonly secrets: readonly string[];
  readonly says: string;
}

/** What Go reads in its environment file, and what it passes over there. */
function make(random: Random, folder: string): Made {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\n', '\r\n']);
  const command = (): string =>
    random.pick([
      'netrc',
      ' netrc ',
      `git ${folder}`,
      ` git\t${folder}`,
      `/usr/bin/printenv ${secret()}`,
      `"/usr/bin/my helper" --client-secret '${secret()} x'`,
      `'/opt/a "b"/x' ${secret()}`,
      'sh -c "a # b',
    ]);
  const list = (): string => Array.from({ length: 1 + random.int(3) }, command).join(random.pick([';', '; ', ' ; ']));
  const says = random.pick(['nothing', 'nothing', 'one', 'one', 'twice', 'empty', 'off', 'empty command'] as const);
  const goauth = (): readonly string[] => {
    switch (says) {
      case 'nothing':
        return [];
      case 'one':
        return [`GOAUTH=${list()}`];
      case 'twice':
        return [`GOAUTH=${list()}`, `GOAUTH=${list()}`];
      case 'empty':
        return [random.pick(['GOAUTH=', `GOAUTH=netrc${eol}GOAUTH=`])];
      case 'off':
        return [random.pick(['GOAUTH=off', 'GOAUTH=netrc; off'])];
      case 'empty command':
        return [random.pick(['GOAUTH=netrc;', 'GOAUTH=;netrc', 'GOAUTH=netrc;;netrc'])];
    }
  };
  const others = [
    `GOPROXY=https://ada:${secret()}@proxy.example,direct`,
    'GOPRIVATE=*.lab.example',
    'GONOSUMDB=*',
    `# GOAUTH=${secret()}`,
    ` GOAUTH=${secret()}`,
    `GOAUTH =${secret()}`,
    `export GOAUTH=${secret()}`,
    `goauth=${secret()}`,
    `GOAUTHS=${secret()}`,
    `\ufeffGOAUTH=${secret()}`,
    `${secret()}`,
    '',
    'GOTELEMETRY=off',
  ];
  const lines = others.filter(() => random.chance(0.3));
  for (const line of goauth()) lines.splice(random.int(lines.length + 1), 0, line);
  const text = lines.map((line) => line + eol).join('');
  return { text: random.chance(0.2) ? text.replace(/\r?\n$/, '') : text, secrets, says };
}

const places: readonly (readonly [file: string, env?: (home: string) => Readonly<Record<string, string>>])[] = [
  ['.config/go/env'],
  ['.config/go/env'],
  ['xdg/go/env', (home) => ({ XDG_CONFIG_HOME: join(home, 'xdg') })],
  ['chosen', (home) => ({ GOENV: join(home, 'chosen') })],
];

function run(scene: FileScene, args: readonly string[]): Promise<Finished> {
  const env = {
    ...scene.env,
    GOPATH: join(scene.home, '../go'),
    GOCACHE: join(scene.home, '../cache'),
    GOTOOLCHAIN: 'local',
  };
  return runTrixie('go', args, { cwd: join(scene.home, '..'), env });
}

type Reading = Readonly<Record<string, string>>;

export const counts = 'our command is one that Go runs';
const ours = /(?<=^|;)\s*\S*\/out\/bin\/keytray helper go get[^;]*(?:;|$)/;

/** The commands that Go runs, in order. */
const commandsOf = (value: string | undefined): readonly string[] =>
  (value?.trim() || 'netrc').split(';').map((command) => command.trim());

export const goFiles: SetupSubject = {
  tool: 'go',
  accounts: [{ id: 'lab', serves: { go: ['127.0.0.1:9'] } }],
  async make(scene, random): Promise<MadeFile> {
    await wrapTrixie(scene.programs.bin, 'go');
    const { text, secrets, says } = make(random, scene.home);
    const [file, env] = random.pick(places);
    await scene.write(file, text, 0o600);
    // Else Go counts its own calls below the same folders.
    for (const folder of ['.config', 'xdg']) await scene.write(`${folder}/go/telemetry/mode`, 'off');
    return {
      shape: `${says} ${file} ${JSON.stringify(text)}`,
      secrets,
      ...(env === undefined ? {} : { env: env(scene.home) }),
      ...(says === 'off' || says === 'empty command' ? { mayRefuse: true } : {}),
    };
  },
  async read(scene) {
    const { status, stdout, stderr } = await run(scene, ['env', '-json', '-changed']);
    if (status !== 0) throw new Error(stderr);
    const { GOAUTH, ...rest } = JSON.parse(stdout) as Reading;
    return { ...rest, GOAUTH: commandsOf(GOAUTH) };
  },
  withoutUs(reading) {
    const { GOAUTH, ...rest } = reading as { readonly GOAUTH: readonly string[] };
    expect(GOAUTH.join(';'), counts).toMatch(ours);
    return { ...rest, GOAUTH: commandsOf(GOAUTH.join(';').replace(ours, '')) };
  },
  async expectAsked(scene, report) {
    expect(report.blocked).toBe(false);
    const log = join(scene.home, '../asked');
    await rm(log, { force: true });
    await writeFile(join(scene.programs.bin, 'keytray'), `#!/bin/sh\necho "$*" >>'${log}'\n`, { mode: 0o755 });
    const { stderr } = await run({ ...scene, env: { ...scene.env, GOPROXY: 'https://127.0.0.1:9', GONOSUMDB: '*' } }, [
      'list',
      '-m',
      'lab.example/hello@v1.0.0',
    ]);
    expect(await readFile(log, 'utf8').catch(() => stderr)).toContain('helper go get');
  },
  async addToOurs(scene) {
    const file = join(scene.home, fileOf(scene));
    const added = 'keytray helper go get --account=lab';
    await replaceIn(file, 'keytray helper go get', added);
    return async () => expect(await readFile(file, 'utf8')).toContain(added);
  },
  async edit(scene, random) {
    const args = random.pick([
      ['-w', 'GOPROXY=https://new.example'],
      ['-w', 'GOFLAGS=-mod=mod', 'GOARCH=arm64'],
      ['-u', 'GOPRIVATE'],
    ]);
    const { status, stderr } = await run(scene, ['env', ...args]);
    if (status !== 0) throw new Error(stderr);
  },
};

export function fileOf({ home, env }: FileScene): string {
  if (env.GOENV !== undefined) return env.GOENV.slice(home.length);
  return env.XDG_CONFIG_HOME === undefined ? '.config/go/env' : 'xdg/go/env';
}
