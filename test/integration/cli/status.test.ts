import { describe, expect, it } from 'vitest';
import { type AccountView, statusSchema } from '../../../core/wire/schemas.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

const views: readonly AccountView[] = [
  accountView('github@work', { subject: { issuer: 'https://github.com', subject: '1', name: 'ada' } }),
  accountView('dataiku@prod', { state: 'login_required', reason: 'session_ended' }),
];

async function running(accounts: readonly AccountView[] = views) {
  const broker = new FakeBroker(accounts);
  const socket = await startBrokerSocket(broker);
  const sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
  return {
    broker,
    sandbox,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

const esc = '\u001b';

describe('keytray status', () => {
  it('prints a table of at most 80 columns, without colour where nobody looks', async () => {
    await using setting = await running();
    const result = await setting.sandbox.run(['status']);
    expect(result.status).toBe(0);
    expect(result.stderr).toBe('');
    expect(result.stdout.split('\n')[0]).toMatch(/^ACCOUNT +STATE +WHO +LEFT +NEXT$/);
    expect(result.stdout).toMatch(/^github@work +active +ada +- +-$/m);
    expect(result.stdout).toMatch(/^dataiku@prod +sign-in needed +- +- +keytray login dataiku@prod$/m);
    for (const line of result.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(result.stdout).not.toContain(esc);
  });

  it('is coloured on demand', async () => {
    await using setting = await running();
    const forced = await setting.sandbox.run(['status'], { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain(`${esc}[32mactive`);
    const refused = await setting.sandbox.run(['status'], { env: { NO_COLOR: '1' } });
    expect(refused.stdout).not.toContain(esc);
  });

  it('says whose sign-in waits for an answer, and where to give it', async () => {
    const login = { login_id: 'l1', account: 'lab', state: 'started', confirm: { who: 'b\u001b[2Job' } } as const;
    await using setting = await running([accountView('lab', { state: 'signing_in', login })]);
    const result = await setting.sandbox.run(['status']);
    expect(result.stdout).toMatch(/^lab +signing in +- +- +keytray login lab$/m);
    expect(result.stderr).toMatch(
      /^keytray: lab: b \[2Job signed in in another browser or profile than .*\n {2}Was it you\? Answer: keytray login lab\n$/,
    );
    expect(result.stderr).not.toContain(esc);
  });

  it('shows one account where one is named, and ends with 8 where there is no such one', async () => {
    await using setting = await running();
    const one = await setting.sandbox.run(['status', 'github@work']);
    expect(one.stdout).toMatch(/^github@work +active +ada/m);
    expect(one.stdout).not.toContain('dataiku@prod');
    const json = await setting.sandbox.run(['status', 'github@work', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ account: 'github@work', state: 'active' });
    expect(await setting.sandbox.run(['status', 'nobody'])).toMatchObject({ status: 8, stdout: '' });
  });

  it('--short is one line for a prompt, and says so where nothing runs', async () => {
    await using setting = await running();
    expect(await setting.sandbox.run(['status', '--short'])).toMatchObject({
      status: 0,
      stdout: '1 signed in, 1 needs you\n',
      stderr: '',
    });
    await using nobody = await CliSandbox.create();
    expect(await nobody.run(['status', '--short'])).toMatchObject({ status: 3, stdout: 'not running\n', stderr: '' });
    expect(await setting.sandbox.run(['status', 'github@work', '--short'])).toMatchObject({ status: 2 });
  });

  it('--json is what the local API says', async () => {
    await using setting = await running();
    const result = await setting.sandbox.run(['status', '--json']);
    const status = statusSchema.parse(JSON.parse(result.stdout));
    expect(status.accounts.map(({ account }) => account)).toEqual(['github@work', 'dataiku@prod']);
  });

  it('says how to begin where there is no account', async () => {
    await using setting = await running([]);
    const result = await setting.sandbox.run(['status']);
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('keytray accounts add');
  });

  it('--watch shows a change, and ends with 3 when Keytray does', async () => {
    await using setting = await running();
    const watching = setting.sandbox.start(['status', '--watch']);
    await watching.said('sign-in needed');
    setting.broker.emit({ type: 'account', account: accountView('dataiku@prod', { state: 'signing_in' }) });
    await watching.said('finish in the browser');
    watching.child.kill('SIGTERM');
    expect((await watching.ended).signal).toBe('SIGTERM');
  });

  it('--watch --json prints one event per line', async () => {
    await using setting = await running();
    const watching = setting.sandbox.start(['status', '--watch', '--json']);
    await watching.said('\n');
    setting.broker.emit({ type: 'account_removed', account: 'dataiku@prod' });
    const text = await watching.said('account_removed"');
    const types = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(['state', 'account_removed']);
  });
});

it('a watched Keytray that stops is said to have stopped', async () => {
  const broker = new FakeBroker(views);
  const socket = await startBrokerSocket(broker);
  await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
  const watching = sandbox.start(['status', '--watch']);
  await watching.said('github@work');
  await socket[Symbol.asyncDispose]();
  const result = await watching.ended;
  expect(result.status).toBe(3);
  expect(result.stderr).toContain('keytray start');
});
