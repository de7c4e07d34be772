import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import type { Finished } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { type StubCargoRegistry, startStubCargoRegistry } from '../../support/stub-cargo-registry.ts';
import { runTrixie } from '../../support/trixie.ts';

let server: RunningAuthorizationServer;
let registry: StubCargoRegistry;
let other: StubCargoRegistry;
let keytray: Keytray;
let demo: string;
let user: string;

beforeAll(async () => {
  server = await startAuthorizationServer();
  registry = await startStubCargoRegistry(async (authorization) => {
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
    return token !== undefined && (await server.introspect(token)).active;
  });
  other = await startStubCargoRegistry(async () => false);
  keytray = await createKeytray();
  await keytray.configure(labConfig({ issuer: server.issuer, more: `    cargo: ['${registry.host}/index']\n` }));
  await keytray.startAgent();

  const plugin = program('cargo-credential-keytray');
  await writeFolder('cargo', {
    'config.toml': [
      '[registries.lab]',
      `index = "${registry.index}"`,
      `credential-provider = "${plugin}"`,
      '[registries.other]',
      `index = "${other.index}"`,
      `credential-provider = "${plugin}"`,
      '[net]',
      'retry = 0',
      '',
    ].join('\n'),
  });
  demo = await writeFolder('demo', {
    'Cargo.toml':
      '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\ndescription = "a demo"\nlicense = "MIT"\n[workspace]\n',
    'src/lib.rs': 'pub fn answer() -> u8 { 42 }\n',
  });
  user = await consumer('user', 'lab');
});

afterAll(async () => {
  await keytray.close();
  await registry.close();
  await other.close();
  await server.close();
});

async function writeFolder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = path.join(keytray.folder, name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  return folder;
}

function consumer(name: string, from: string): Promise<string> {
  return writeFolder(name, {
    'Cargo.toml': `[package]\nname = "${name}"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\ndemo = { version = "0.1", registry = "${from}" }\n[workspace]\n`,
    'src/lib.rs': '',
  });
}

function cargo(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const { HOME, KEYTRAY_SOCKET } = keytray.env;
  const own = { HOME, KEYTRAY_SOCKET, CARGO_HOME: path.join(keytray.folder, 'cargo'), CARGO_TERM_COLOR: 'never' };
  return runTrixie('cargo', args, { cwd, env: { ...own, ...env } });
}

describe('cargo and a private sparse registry', () => {
  needsRoot('says what to do before anybody has signed in', async () => {
    const { status, stderr } = await cargo(user, ['fetch']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('keytray: sign in to lab: keytray login lab');
    expect(registry.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
  });

  needsRoot('publishes, reads, yanks and lists owners', async () => {
    const published = await cargo(demo, ['publish', '--registry=lab', '--no-verify', '--allow-dirty']);
    expect(published).toMatchObject({ status: 0 });
    const fetched = await cargo(user, ['fetch']);
    expect(fetched).toMatchObject({ status: 0 });
    expect(fetched.stderr).toContain('Downloaded demo v0.1.0');
    const owners = await cargo(demo, ['owner', '--list', '--registry=lab', 'demo']);
    expect(owners).toMatchObject({ status: 0, stdout: expect.stringContaining('ada') });
    const yanked = await cargo(demo, ['yank', '--registry=lab', '--version=0.1.0', 'demo']);
    expect(yanked).toMatchObject({ status: 0 });

    const good = registry.requests.filter(({ ok }) => ok).map(({ what }) => what);
    for (const what of [
      'PUT /api/v1/crates/new',
      'GET /index/config.json',
      'GET /index/de/mo/demo',
      'GET /dl/demo/0.1.0/download',
      'GET /api/v1/crates/demo/owners',
      'DELETE /api/v1/crates/demo/0.1.0/yank',
    ]) {
      expect(good).toContain(what);
    }
    // Every refusal was of a request that carried nothing.
    expect(registry.requests.filter(({ ok, authorization }) => !ok && authorization !== undefined)).toEqual([]);
  });

  needsRoot('takes the token from stdout, too', async () => {
    const env = {
      CARGO_REGISTRIES_LAB_CREDENTIAL_PROVIDER: `cargo:token-from-stdout ${program('keytray')} helper cargo token`,
    };
    expect(await cargo(demo, ['owner', '--list', '--registry=lab', 'demo'], env)).toMatchObject({ status: 0 });
  });

  needsRoot('gets nothing for a registry that is not listed', async () => {
    const { status, stderr } = await cargo(await consumer('stranger', 'other'), ['fetch']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('no credential providers could handle the request');
    expect(other.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  needsRoot('has its login and logout refused: the sign-in is Keytray’s', async () => {
    for (const command of ['login', 'logout']) {
      const { status, stderr } = await cargo(demo, [command, '--registry=lab']);
      expect(status).not.toBe(0);
      expect(stderr).toContain('requested operation not supported');
    }
  });

  needsRoot('is told that Keytray does not run', async () => {
    await keytray.stopAgent();
    const { status, stderr } = await cargo(demo, ['owner', '--list', '--registry=lab', 'demo']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('keytray: not running');
  });
});
