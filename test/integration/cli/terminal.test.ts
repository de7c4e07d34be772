import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { onTerminal } from '../../support/terminal.ts';

async function lab() {
  const broker = new FakeBroker([accountView('lab', { title: 'Lab', state: 'signed_out' })]);
  broker.tokens.set('lab', () => ({ access_token: 'a', token_type: 'Bearer', account: 'lab' }));
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

describe('on a terminal', () => {
  it('starts the code at once where no browser can be opened and the server has one', async () => {
    await using setting = await lab();
    setting.broker.setLogin({
      login_id: 'd1',
      account: 'lab',
      state: 'started',
      authorization_url: 'http://127.0.0.1:4711/start/x',
      no_browser: { why: 'there is no display', device: true },
      verification_uri: 'https://login.lab.example/device',
      user_code: 'ABCD-1234',
    });
    const { status, screen } = await onTerminal(setting.sandbox, 'login lab', '--paste', '\u0003');
    expect(setting.broker.called('startLogin').map(({ arguments: [, request] }) => request)).toEqual([
      { user_agent: 'browser' },
      { user_agent: 'device' },
    ]);
    expect(screen).toContain('ABCD-1234');
    expect(status).toBe(130);
  });

  it('a typed client secret is never on the screen', async () => {
    await using setting = await lab();
    const args = 'accounts set-secret lab';
    const { status, screen } = await onTerminal(setting.sandbox, args, '(not shown): ', 's3cret-typed\r');
    expect(status).toBe(0);
    expect(setting.broker.clientSecrets.get('lab')?.reveal()).toBe('s3cret-typed');
    expect(screen).not.toContain('s3cret');
    expect(screen).toContain('Stored');
  });

  it('Ctrl-C while typing a secret ends without storing anything', async () => {
    await using setting = await lab();
    const { status } = await onTerminal(setting.sandbox, 'accounts set-secret lab', '(not shown): ', 's3c\u0003');
    expect(status).toBe(130);
    expect(setting.broker.clientSecrets.size).toBe(0);
  });

  it('the table is coloured', async () => {
    await using setting = await lab();
    const { screen } = await onTerminal(setting.sandbox, 'status', 'nothing', '');
    expect(screen).toContain('\u001b[2msigned out\u001b[22m');
  });

  it.each([
    ['y\r', true, 0, 'Signed in to Lab.'],
    ['yes\r', true, 0, 'Signed in to Lab.'],
    ['\r', false, 130, 'Keytray still waits for the browser that began the sign-in.'],
    ['x\r', false, 130, 'Not taken.'],
  ] as const)('a sign-in of another browser is asked about: %j', async (answer, accept, ends, words) => {
    await using setting = await lab();
    const { broker } = setting;
    broker.setLogin({ login_id: 'l1', account: 'lab', state: 'started', confirm: { who: 'bob' } });
    broker.views.set('lab', accountView('lab', { title: 'Lab', state: 'signing_in', login: broker.login('l1') }));
    const question = 'Sign in to Lab as bob? [y/N] ';
    const { status, screen } = await onTerminal(
      setting.sandbox,
      'login lab',
      question,
      answer,
      accept ? undefined : [words, '\u0003'],
    );
    expect(screen).toContain('bob signed in in another browser or profile than the one that began this sign-in.');
    expect(screen).toContain(words);
    expect(status).toBe(ends);
    expect(broker.called('confirmLogin').map((call) => call.arguments)).toEqual([['l1', accept]]);
    // The browser is not opened again for a question that stands.
    expect(broker.called('startLogin')).toEqual([]);
  });

  it('a question that is answered elsewhere is put no more', async () => {
    await using setting = await lab();
    const { broker } = setting;
    broker.setLogin({ login_id: 'l1', account: 'lab', state: 'started', confirm: { who: 'bob' } });
    broker.views.set('lab', accountView('lab', { title: 'Lab', state: 'signing_in', login: broker.login('l1') }));
    const running = onTerminal(setting.sandbox, 'login lab', 'never on the screen', '');
    await expect.poll(() => broker.listenerCount, { timeout: 20_000 }).toBe(1);
    await broker.confirmLogin('l1', true);
    expect(await running).toMatchObject({ status: 0, screen: expect.stringContaining('Signed in to Lab.') });
    expect(broker.called('confirmLogin')).toHaveLength(1);
  });

  it('waiting shows, and Ctrl-C cancels the sign-in', async () => {
    await using setting = await lab();
    const { status, screen } = await onTerminal(setting.sandbox, 'login lab', 'Ctrl-C cancels', '\u0003');
    expect(status).toBe(130);
    expect(screen).toContain('Sign-in cancelled.');
    expect(setting.broker.called('cancelLogin')).toHaveLength(1);
  });

  it('the pasted address finishes the sign-in', async () => {
    await using setting = await lab();
    const { status, screen } = await onTerminal(
      setting.sandbox,
      'login lab --paste',
      'ended at: ',
      'http://x/?code=c\r',
    );
    expect(status).toBe(0);
    expect(screen).toContain('Signed in to Lab.');
  });

  it('Ctrl-C reaches the command of exec once', async () => {
    await using setting = await lab();
    // A program that is busy starting, or a shell, would take two signals that come together for one.
    const script = join(setting.sandbox.home, 'count.mjs');
    const count = "process.on('SIGINT', () => console.log('one-interrupt'));";
    const end = 'setTimeout(() => process.exit(9), 1500);';
    await writeFile(script, `${count} setTimeout(() => console.log('ready'), 500); ${end}`);
    const args = `exec lab -- "$NODE" ${script}`;
    const { status, screen } = await onTerminal(setting.sandbox, args, 'ready', '\u0003');
    expect(status).toBe(9);
    expect(screen.match(/one-interrupt/g)).toHaveLength(1);
  });
});
