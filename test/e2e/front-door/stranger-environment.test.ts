import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeLaunchers } from '../../../build/launchers.ts';
import { type HostileEnvironment, hostileEnvironment } from '../../support/hostile-environment.ts';
import { type HttpsStub, startHttpsStub } from '../../support/https-stub.ts';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { endStartedAgents } from '../../support/started-agents.ts';

const question = 'protocol=https\nhost=y.example\n';
const ignored = [
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'OPENSSL_CONF',
  'SSLKEYLOGFILE',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
].join(', ');
const note = `ignored from the environment: ${ignored}; to trust a certificate authority, set tls.ca for the account`;

let keytray: Keytray;
let hostile: HostileEnvironment;
let stub: HttpsStub;

beforeAll(async () => {
  keytray = await createKeytray();
  stub = await startHttpsStub(keytray.folder, async (_request, response) => void response.end('{}'));
  hostile = await hostileEnvironment(keytray.folder, stub.certificate.file);
  await keytray.configure(
    `agent: { autostart: true }\naccounts:\n  lab: { service: oidc, issuer: "${stub.url}", client_id: keytray, store: memory, git: [x.example] }\n`,
  );
  Object.assign(keytray.env, hostile.variables, hostile.fatal);
});

afterEach(async () => {
  await keytray.stopAgent();
  await endStartedAgents(keytray);
});

afterAll(async () => {
  await keytray.close();
  await stub.close();
});

/** A sign-in makes the broker ask the server of its account, which only the environment vouches for. */
async function expectUntouched(): Promise<void> {
  await expect(keytray.api.startLogin('lab', { user_agent: 'none' })).rejects.toThrow(/is not trusted/);
  expect(stub.requests).toEqual([]);
  expect(await hostile.marks()).toEqual([]);
}

/** A busy machine may take longer to start an agent than a helper waits for it. */
async function autostartBy(helper: string): Promise<void> {
  for (let status = 1; status === 1; ) {
    const answer = await runToEnd(helper, ['get'], { env: keytray.env, cwd: keytray.folder, input: question });
    status = answer.status;
    expect(['', 'keytray: not running; start it with: keytray start\n']).toContain(answer.stderr);
  }
}

describe('an environment that would change a Node', () => {
  it('does change one that no program of ours has started', async () => {
    const run = (env: NodeJS.ProcessEnv) => runToEnd(process.execPath, ['-e', ''], { env, cwd: keytray.folder });
    expect((await run({ ...hostile.variables })).stderr).toContain('Debugger listening');
    expect(await hostile.marks()).toEqual(['preloaded', 'required', 'imported']);
    for (const [name, value] of Object.entries(hostile.fatal)) {
      expect([name, (await run({ [name]: value })).status]).not.toEqual([name, 0]);
    }
    hostile = await hostileEnvironment(keytray.folder, stub.certificate.file);
  });

  it('does not change the agent, which names what it ignored and what to use instead', async () => {
    await keytray.startAgent();
    await expectUntouched();
    expect(await keytray.log()).toContain(note);
    const second = await keytray.run(['agent']);
    expect(second.stderr).toBe(`keytray: ${note}\nkeytray: another broker is running already; nothing to do\n`);
    expect(await keytray.run(['status'])).toMatchObject({ status: 0, stderr: '' });
    expect(await hostile.marks()).toEqual([]);
  });

  it('does not change the agent that a helper starts', async () => {
    await autostartBy(program('git-credential-keytray'));
    await expectUntouched();
  });

  it('does not change the twin of the native client, nor the agent that it starts', async () => {
    const bin = path.join(keytray.folder, 'twin');
    await mkdir(bin);
    await writeLaunchers(bin, { node: process.execPath, lib: path.join(repository, 'out/lib') });
    await autostartBy(path.join(bin, 'git-credential-keytray'));
    await expectUntouched();
  });
});
