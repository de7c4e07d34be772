import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { type CliResult, CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const right = 'the-right-secret';
let server: ScriptedServer;
let scene: GrantScene;

/** Ends a call of the real command line against the real broker. */
async function login(stdin: string, ...more: readonly string[]): Promise<CliResult> {
  await using socket = await startBrokerSocket(scene.broker);
  await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
  return await sandbox.run(['login', 'm2m', ...more], { stdin });
}

beforeEach(async () => {
  server = await startScriptedServer(({ form }) =>
    form.client_secret === right
      ? { body: { access_token: 'token-1', token_type: 'Bearer', expires_in: 3_600 } }
      : { status: 401, body: { error: 'invalid_client' } },
  );
  scene = new GrantScene(
    `accounts:\n  m2m: { service: oauth, grant: client_credentials, client_id: robot, token_endpoint: "${server.url}/token" }\n`,
  );
  await scene.broker.start();
});
afterEach(async () => {
  await scene.close();
  await server.close();
});

describe('keytray login of an account that wants a secret', () => {
  it.each([`${right}\n`, `  ${right}  \r\n`, right])('reads it from standard input: %j', async (stdin) => {
    const { status, stdout, stderr } = await login(stdin);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'Signed in to m2m.\n', stderr: '' });
    expect(await scene.token()).toMatchObject({ access_token: 'token-1' });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['', '\n', '   \n'])('says what it wants where there is none: %j', async (stdin) => {
    const { status, stderr } = await login(stdin);
    expect(status).toBe(2);
    expect(stderr).toContain('standard input holds no Client secret');
    expect(server.requests).toHaveLength(0);
  });

  it('ends with 5 where it is refused, and neither keeps nor repeats it', async () => {
    const { status, stdout, stderr } = await login('a-wrong-secret\n');
    expect(status).toBe(5);
    expect(stderr).toMatch(/refused the client ID or the client secret; nothing was stored/);
    expect(stdout + stderr).not.toContain('a-wrong-secret');
    expect(await scene.stored()).toBe('{}');
    expect((await scene.broker.status()).logins).toEqual([]);
  });

  it('keeps it untried only with --unchecked', async () => {
    server.script = () => undefined;
    expect((await login(`${right}\n`)).status).toBe(6);
    expect(await scene.stored()).toBe('{}');
    expect((await login(`${right}\n`, '--unchecked')).status).toBe(0);
    expect(await scene.stored()).toContain(right);
  });
});
