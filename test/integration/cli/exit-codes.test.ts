import { describe, expect, it } from 'vitest';
import { type FailureCode, KeytrayError } from '../../../core/errors.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

const secret = 'gho_not-for-your-eyes';

/** Two lines, and none of them a stack or a secret. */
function expectTwoLines(stderr: string): void {
  expect(stderr).toMatch(/^keytray: .+\n {2}.+\n$/);
  expect(stderr).not.toContain(secret);
}

async function tokenFailing(code: FailureCode) {
  const broker = new FakeBroker([accountView('github@work')]);
  broker.tokens.set('github@work', () => {
    throw new KeytrayError(code, 'no token today', { account: 'github@work' });
  });
  await using socket = await startBrokerSocket(broker);
  await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
  return await sandbox.run(['token', 'github@work']);
}

describe('exit status of the command line', () => {
  it('0: the token and a newline, nothing else', async () => {
    const broker = new FakeBroker([accountView('github@work')]);
    broker.tokens.set('github@work', () => ({ access_token: secret, token_type: 'Bearer', account: 'github@work' }));
    await using socket = await startBrokerSocket(broker);
    await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
    const result = await sandbox.run(['token', 'github@work']);
    expect(result).toEqual({ status: 0, signal: null, stdout: `${secret}\n`, stderr: '' });
  });

  it.each([
    ['internal_error', 1],
    ['misconfigured', 2],
    ['invalid_request', 2],
    ['login_required', 4],
    ['access_denied', 5],
    ['identity_mismatch', 5],
    ['temporarily_unavailable', 6],
    ['keychain_locked', 7],
    ['keychain_absent', 7],
    ['unknown_account', 8],
  ] as const)('%s ends with %d', async (code, status) => {
    const result = await tokenFailing(code);
    expect(result.status).toBe(status);
    expect(result.stdout).toBe('');
    expectTwoLines(result.stderr);
  });

  it('3: no broker is running', async () => {
    await using sandbox = await CliSandbox.create();
    for (const args of [['status'], ['token', 'a'], ['login', 'a'], ['logout', 'a'], ['env', 'a']]) {
      const result = await sandbox.run(args);
      expect(result.status).toBe(3);
      expect(result.stderr).toBe('keytray: Keytray is not running\n  Start it: keytray start\n');
    }
  });

  it.each([
    [[]],
    [['frobnicate']],
    [['token']],
    [['token', 'a', 'b']],
    [['token', 'a', '--min-ttl', 'soon']],
    [['token', 'a', '--min-ttl', '-1']],
    [['token', 'a', '--format', 'xml']],
    [['status', '--jsn']],
    [['login', 'a', '--device', '--paste']],
    [['completion', 'csh']],
    [['setup', 'emacs']],
    [['services', 'show', 'nonesuch']],
    [['accounts', 'add', 'nonesuch']],
    [['agent', '--detach']],
  ])('2: keytray %j is a usage error', async (args) => {
    await using sandbox = await CliSandbox.create();
    const result = await sandbox.run(args);
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/keytray: .+\n {2}.+\n$/);
  });

  it('2: a wrong configuration, naming file, line and key', async () => {
    await using sandbox = await CliSandbox.create({ config: 'accounts:\n  lab:\n    service: oidc\n    isuer: x\n' });
    const result = await sandbox.run(['accounts', 'list']);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(`${sandbox.configFile}:`);
    expect(result.stderr).toContain('isuer');
    expectTwoLines(result.stderr);
  });

  it('8: an account that is not in the configuration', async () => {
    await using sandbox = await CliSandbox.create();
    const result = await sandbox.run(['accounts', 'show', 'nobody']);
    expect(result.status).toBe(8);
    expectTwoLines(result.stderr);
  });

  it('a stack is shown on request only', async () => {
    await using sandbox = await CliSandbox.create();
    const result = await sandbox.run(['token', 'a'], { env: { KEYTRAY_DEBUG: '1' } });
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/\n {4}at /);
  });
});
