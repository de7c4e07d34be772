import { access, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { unpackedProgram } from '../../support/packed-program.ts';
import { pnpm10, pnpm12 } from '../../support/pnpm.ts';
import { type Finished, runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { type StubNpmRegistry, startStubNpmRegistry } from '../../support/stub-npm-registry.ts';

let server: RunningAuthorizationServer;
let registry: StubNpmRegistry;
let other: StubNpmRegistry;
let keytray: Keytray;

beforeAll(async () => {
  server = await startAuthorizationServer();
  registry = await startStubNpmRegistry(async (authorization) => {
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
    return token !== undefined && (await server.introspect(token)).active;
  });
  other = await startStubNpmRegistry(async () => false);
  keytray = await createKeytray();
  await keytray.configure(labConfig({ issuer: server.issuer, more: `    npm: ['${registry.host}']\n` }));
  await keytray.startAgent();
  expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
});

afterAll(async () => {
  await keytray.close();
  await registry.close();
  await other.close();
  await server.close();
});

/** A project that needs `demo`, in a home whose `.npmrc` names this helper. */
async function install(pnpm: readonly string[], from: StubNpmRegistry, helper: string) {
  const folder = await mkdtemp(path.join(keytray.folder, 'pnpm-'));
  const home = path.join(folder, 'home');
  const project = path.join(folder, 'project');
  await mkdir(home);
  await mkdir(project);
  await writeFile(
    path.join(home, '.npmrc'),
    `registry=${from.url}\n//${from.host}/:tokenHelper=${helper}\nfetch-retries=0\n`,
  );
  await writeFile(
    path.join(project, 'package.json'),
    '{"name":"user","version":"0.0.0","private":true,"dependencies":{"demo":"1.0.0"}}\n',
  );
  const { PATH, KEYTRAY_SOCKET } = keytray.env;
  const env = {
    PATH,
    KEYTRAY_SOCKET,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_CACHE_HOME: home,
    CI: '1',
  };
  const [file = '', ...args] = pnpm;
  const finished: Finished = await runToEnd(file, [...args, 'install', '--no-frozen-lockfile'], {
    env,
    cwd: project,
  });
  const installed = await readFile(path.join(project, 'node_modules/demo/index.js'), 'utf8').catch(() => undefined);
  return { ...finished, installed };
}

const node = process.execPath;
const tokenHelper = program('npm-token-keytray');
const carried = (from: StubNpmRegistry) => from.requests.filter(({ authorization }) => authorization !== undefined);

describe('pnpm 10', () => {
  let command: readonly string[];
  beforeAll(async () => {
    command = [node, path.join(await unpackedProgram(pnpm10), 'bin/pnpm.cjs')];
  });

  it('installs with the token of the one account that serves npm', async () => {
    const { status, stdout, stderr, installed } = await install(command, registry, tokenHelper);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    expect(installed).toBe('module.exports = 42;\n');
    expect(carried(registry).every(({ ok }) => ok)).toBe(true);
    expect(carried(registry).map(({ path: asked }) => asked)).toContain('/demo/-/demo-1.0.0.tgz');
  });
});

describe('pnpm 12', () => {
  let command: readonly string[];
  beforeAll(async () => {
    const packed = pnpm12[process.arch];
    if (packed === undefined) throw new Error(`no pnpm 12 is known for ${process.arch}`);
    command = [path.join(await unpackedProgram(packed), 'pnpm')];
    await access(command[0] ?? '');
  });

  it('installs with the token of the account and registry it names', async () => {
    const before = carried(registry).length;
    const helper = `${tokenHelper} --account=lab --registry=${registry.url}`;
    const { status, stdout, stderr, installed } = await install(command, registry, helper);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    expect(installed).toBe('module.exports = 42;\n');
    expect(carried(registry).length).toBeGreaterThan(before);
    expect(carried(registry).every(({ ok }) => ok)).toBe(true);
  });

  it('installs without arguments, too', async () => {
    expect(await install(command, registry, tokenHelper)).toMatchObject({
      status: 0,
      installed: 'module.exports = 42;\n',
    });
  });

  it('gets nothing for a registry that is not listed', async () => {
    const { status, installed } = await install(command, other, `${tokenHelper} --registry=${other.url}`);
    expect(status).not.toBe(0);
    expect(installed).toBeUndefined();
    expect(other.requests.length).toBeGreaterThan(0);
    expect(carried(other)).toEqual([]);
  });
});

it('pnpm 10 stops, and says why, where there is no token', async () => {
  await keytray.run(['logout', 'lab']);
  const command = [node, path.join(await unpackedProgram(pnpm10), 'bin/pnpm.cjs')];
  const { status, stdout, stderr } = await install(command, registry, tokenHelper);
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain('ERR_PNPM_TOKEN_HELPER_ERROR_STATUS');
});
