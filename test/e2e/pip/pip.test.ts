import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, repository } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { type Finished, runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { type StubPythonIndex, startStubPythonIndex, wheelName } from '../../support/stub-python-index.ts';
import { trixieCommand } from '../../support/trixie.ts';

const libexec = path.join(repository, 'out/libexec');
const systemPath = '/usr/bin:/bin';

let server: RunningAuthorizationServer;
let index: StubPythonIndex;
let foreign: StubPythonIndex;
let keytray: Keytray;
/** Holds another `keyring`, which knows the foreign index. */
let others: string;
let log: string;

beforeAll(async () => {
  server = await startAuthorizationServer();
  index = await startStubPythonIndex(
    async (user, password) => user === 'oauth2' && (await server.introspect(password)).active,
  );
  foreign = await startStubPythonIndex(async (user, password) => user === 'ada' && password === 'theirs');
  keytray = await createKeytray();
  await keytray.configure(labConfig({ issuer: server.issuer, more: `    pip: ['${index.host}']\n` }));
  await keytray.startAgent();

  others = path.join(keytray.folder, 'others');
  log = path.join(keytray.folder, 'others.log');
  await mkdir(others);
  const script = `#!/bin/sh\nprintf '%s|' "$@" >> ${log}\necho >> ${log}\ncase "$1" in get) echo theirs ;; set) cat >> ${log} ;; esac\n`;
  await writeFile(path.join(others, 'keyring'), script, { mode: 0o755 });
});

afterAll(async () => {
  await keytray.close();
  await index.close();
  await foreign.close();
  await server.close();
});

async function download(
  from: string,
  folders: readonly string[],
): Promise<Finished & { readonly got: readonly string[] }> {
  const { HOME, KEYTRAY_SOCKET } = keytray.env;
  const target = path.join(keytray.folder, 'downloads', String(Math.random()));
  const env = {
    HOME,
    KEYTRAY_SOCKET,
    LC_ALL: 'C.UTF-8',
    PATH: [...folders, systemPath].join(':'),
    PIP_CONFIG_FILE: '/dev/null',
  };
  const args = ['download', '--no-deps', '--no-input', '--no-cache-dir', '--disable-pip-version-check', '--retries=0'];
  const [file, ...words] = trixieCommand(
    'pip',
    [...args, '--keyring-provider=subprocess', `--index-url=${from}`, `--dest=${target}`, 'demo'],
    // pip does not start without certificates, whatever it is asked for.
    { cwd: keytray.folder, binds: ['/etc/ssl'] },
  );
  const finished = await runToEnd(file, words, { cwd: keytray.folder, env });
  return { ...finished, got: await readdir(target).catch(() => []) };
}

describe('pip with its keyring provider', () => {
  needsRoot('shows what to do before anybody has signed in', async () => {
    const { status, stderr } = await download(`http://oauth2@${index.host}/simple`, [libexec]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('keytray: sign in to lab: keytray login lab');
    expect(index.requests.filter(({ ok }) => ok)).toEqual([]);
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
  });

  needsRoot('downloads with the token as the password', async () => {
    const answer = await download(`http://oauth2@${index.host}/simple`, [libexec, others]);
    expect(answer).toMatchObject({ status: 0, got: [wheelName] });
    const good = index.requests.filter(({ ok }) => ok);
    expect(good.map(({ path: asked }) => asked)).toEqual(['/simple/demo/', `/files/${wheelName}`]);
    // The keyring behind was not asked.
    await expect(readFile(log)).rejects.toThrow('ENOENT');
  });

  needsRoot('leaves an index that is not listed to the next keyring', async () => {
    const answer = await download(`http://ada@${foreign.host}/simple`, [libexec, others]);
    expect(answer).toMatchObject({ status: 0, got: [wheelName] });
    expect(await readFile(log, 'utf8')).toContain(`get|http://${foreign.host}/simple/|ada|`);
    const presented = foreign.requests.flatMap(({ basic }) => (basic === undefined ? [] : [basic]));
    // Before it asks any keyring, pip sends the user alone.
    expect(new Set(presented)).toEqual(new Set(['ada:', 'ada:theirs']));
  });

  needsRoot('gets nothing for it where there is no other', async () => {
    const before = foreign.requests.length;
    const { status, got } = await download(`http://ada@${foreign.host}/simple`, [libexec]);
    expect({ got, failed: status !== 0 }).toEqual({ got: [], failed: true });
    expect(foreign.requests.slice(before).some(({ ok }) => ok)).toBe(false);
  });
});

describe('the command `keyring`', () => {
  const keyring = (args: readonly string[], folders: readonly string[], input = '') => {
    const PATH = [libexec, ...folders, systemPath].join(':');
    return runToEnd(path.join(libexec, 'keyring'), args, { env: { ...keytray.env, PATH }, cwd: keytray.folder, input });
  };

  it('passes on what is not ours, with its input', async () => {
    expect(await keyring(['set', 'system', 'ada'], [others], 'secret\n')).toMatchObject({ status: 0 });
    expect(await readFile(log, 'utf8')).toMatch(/set\|system\|ada\|\nsecret\n$/);
    expect(await keyring(['get', 'system', 'ada'], [others])).toEqual({ status: 0, stdout: 'theirs\n', stderr: '' });
  });

  it('fails where there is none', async () => {
    const { status, stdout } = await keyring(['get', 'system', 'ada'], []);
    expect({ stdout, failed: status !== 0 }).toEqual({ stdout: '', failed: true });
  });

  it('answers uv, which gives no user', async () => {
    const { status, stdout } = await keyring(['get', `http://${index.host}/simple/`, '--mode', 'creds'], []);
    const [user, password] = stdout.split('\n');
    expect({ status, user }).toEqual({ status: 0, user: 'oauth2' });
    expect(await server.introspect(password ?? '')).toMatchObject({ active: true });
  });
});
