import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import { runToEnd } from '../support/processes.ts';
import type { FileScene, MadeFile, SetupSubject } from './frame.ts';

const host = '127.0.0.1:9';
const other = 'registry.example';
const names = ['registry.example', 'ghcr.io', 'localhost:5000', 'https://index.docker.io/v1/'];

/** JSON as people and programs write it: any layout, and what Go's decoder takes that others do not. */
function object(random: Random, entries: readonly (readonly [string, string])[]): string {
  const [open, between, close, colon] = random.pick([
    ['{', ',', '}', ':'],
    ['{ ', ', ', ' }', ': '],
    ['{\n\t', ',\n\t', '\n}', ': '],
    ['{\r\n    ', ',\r\n    ', '\r\n}', ' : '],
    ['{\n\n', '\n  ,', '\n }', ':\n'],
  ] as const);
  if (entries.length === 0) return random.pick(['{}', '{ }', '{\n}']);
  return open + entries.map(([key, value]) => `${JSON.stringify(key)}${colon}${value}`).join(between) + close;
}

const text = (value: string): string => JSON.stringify(value);

function make(random: Random): { readonly text: string; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const entries: (readonly [string, string])[] = [];
  const helpers = (): string =>
    object(
      random,
      names.slice(0, random.int(4)).map((name) => [name, text(random.pick(['ecr-login', 'gcloud', 'x']))]),
    );
  if (random.chance(0.6)) {
    const auth = Buffer.from(`ada:${secret()}`).toString('base64');
    secrets.push(auth);
    const key = random.pick([...names, host]);
    const more = random.pick([[], [['identitytoken', text(secret())]], [['registrytoken', text(secret())]]] as const);
    entries.push(['auths', object(random, [[key, object(random, [['auth', text(auth)], ...more])]])]);
  }
  if (random.chance(0.4)) entries.push(['HttpHeaders', object(random, [['X-Meta-Key', text(secret())]])]);
  if (random.chance(0.3))
    entries.push([
      'proxies',
      object(random, [['default', object(random, [['httpProxy', text(`http://ada:${secret()}@proxy`)]])]]),
    ]);
  if (random.chance(0.3)) entries.push(['psFormat', text('table {{.ID}} "é" \\')]);
  if (random.chance(0.3)) entries.push(['aliases', object(random, [['builder', text('buildx')]])]);
  const shapes = ['none', 'usual', 'null', 'two', 'case', 'ours', 'null last'] as const;
  const at = (): number => random.int(entries.length + 1);
  const add = (name: string, value: string): unknown => entries.splice(at(), 0, [name, value]);
  switch (random.pick(shapes)) {
    case 'none':
      break;
    case 'usual':
      add('credHelpers', helpers());
      break;
    case 'null':
      add('credHelpers', 'null');
      break;
    case 'two':
      add('credHelpers', helpers());
      add('credHelpers', helpers());
      break;
    case 'case':
      add('CredHelpers', helpers());
      break;
    case 'ours':
      add(
        'credHelpers',
        object(random, [
          [host, text('other')],
          [other, text('x')],
        ]),
      );
      break;
    case 'null last':
      add('credHelpers', helpers());
      entries.push(['credHelpers', 'null']);
      break;
  }
  const blank = random.pick(['', '\n', '\r\n', '\n\n']);
  return { text: random.pick(['', ' ', '\n']) + object(random, entries) + blank, secrets };
}

const config = '.docker/config.json';

interface Reading {
  readonly helpers: Readonly<Record<string, string>>;
}

/** What docker itself writes back after it read the file: its own reading, of what it knows. */
async function readBy(scene: FileScene): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-docker-'));
  try {
    await cp(join(scene.home, '.docker'), folder, { recursive: true });
    await useContext(scene, folder, 'judge');
    return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function docker(scene: FileScene, args: readonly string[], status = 0): Promise<void> {
  const done = await runToEnd('docker', args, { env: scene.env, cwd: scene.home });
  if (status === 0 && done.status !== 0) throw new Error(`docker ${args.join(' ')}: ${done.stderr}`);
}

async function useContext(scene: FileScene, folder: string, name: string): Promise<void> {
  await docker(scene, ['--config', folder, 'context', 'create', name, '--docker', 'host=unix:///nowhere']);
  await docker(scene, ['--config', folder, 'context', 'use', name]);
}

export const dockerFiles: SetupSubject = {
  tool: 'docker',
  accounts: [{ id: 'lab', serves: { docker: [host] } }],
  async make(scene, random): Promise<MadeFile> {
    const made = make(random);
    await scene.write(config, made.text, 0o600);
    return { shape: JSON.stringify(made.text), secrets: made.secrets };
  },
  async read(scene) {
    const { credHelpers, ...rest } = await readBy(scene);
    return { ...rest, helpers: credHelpers ?? {} };
  },
  withoutUs(reading, before) {
    const { helpers, ...rest } = reading as Reading;
    const { [host]: ours, ...others } = helpers;
    const { [host]: theirs } = (before as Reading).helpers;
    expect(ours).toBe('keytray');
    return { ...rest, helpers: theirs === undefined ? others : { ...others, [host]: theirs } };
  },
  async expectAsked(scene) {
    const log = join(scene.home, '../asked');
    const program = join(scene.programs.bin, 'docker-credential-keytray');
    await rm(log, { force: true });
    await mkdir(scene.programs.bin, { recursive: true });
    const words = `#!/bin/sh\ncat >>'${log}'; echo >>'${log}'\necho 'credentials not found in native keychain'; exit 1\n`;
    await writeFile(program, words, { mode: 0o755 });
    await docker(scene, ['manifest', 'inspect', '--insecure', `${host}/demo`], 1);
    expect(await readFile(log, 'utf8').catch(() => ''), 'docker asks our helper').toContain(`${host}\n`);
  },
  async edit(scene, random) {
    await useContext(scene, join(scene.home, '.docker'), `work${random.int(9)}`);
  },
};
