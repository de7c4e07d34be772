import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import type { LoginView } from '../../../core/wire/schemas.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

const url = 'https://login.example.test/authorize?state=test';
const title = 'GitHub (work)';
const ada = { issuer: 'https://github.com', subject: '1', name: 'ada' };

async function work(changes: Parameters<typeof accountView>[1] = { state: 'signed_out' }) {
  const broker = new FakeBroker([accountView('github@work', { title, ...changes })]);
  const socket = await startBrokerSocket(broker);
  const sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
  return {
    broker,
    sandbox,
    end: (how: Partial<LoginView>) => {
      const [login] = broker.logins.values();
      if (login === undefined) throw new Error('no login was started');
      broker.setLogin({ ...login, ...how });
    },
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

describe('keytray login', () => {
  it('--no-browser prints the address, waits, and says who signed in', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--no-browser']);
    expect(await running.said('\n')).toBe(`${url}\n`);
    setting.end({ state: 'succeeded', subject: ada });
    const result = await running.ended;
    expect(result).toEqual({ status: 0, signal: null, stdout: `${url}\nSigned in to ${title} as ada.\n`, stderr: '' });
    expect(setting.broker.called('startLogin')[0]?.arguments).toEqual(['github@work', { user_agent: 'none' }]);
  });

  it('leaves the browser to the broker and keeps the address off standard output', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--switch']);
    await once(running.child.stderr, 'data');
    setting.end({ state: 'succeeded' });
    const result = await running.ended;
    expect(result.stdout).toBe(`Signed in to ${title}.\n`);
    expect(result.stderr).toContain(url);
    expect(setting.broker.called('startLogin')[0]?.arguments[1]).toEqual({ user_agent: 'browser', switch: true });
  });

  it('says at once that no browser can be opened, and offers the other ways a line each', async () => {
    await using setting = await work();
    setting.broker.setLogin({
      login_id: 'b1',
      account: 'github@work',
      state: 'started',
      authorization_url: url,
      no_browser: { why: 'there is no display', device: true },
    });
    const running = setting.sandbox.start(['login', 'github@work']);
    await once(running.child.stderr, 'data');
    setting.end({ state: 'succeeded' });
    expect((await running.ended).stderr).toBe(
      [
        'No browser can be opened here (there is no display).',
        '  With a code, on any device: keytray login github@work --device',
        '  With a browser on another machine: keytray login github@work --paste',
        `  With a browser on this machine, open: ${url}`,
        '',
      ].join('\n'),
    );
  });

  it('offers no code where the server has none', async () => {
    await using setting = await work();
    setting.broker.setLogin({
      login_id: 'b1',
      account: 'github@work',
      state: 'started',
      authorization_url: url,
      no_browser: { why: 'there is no display', device: false },
    });
    const running = setting.sandbox.start(['login', 'github@work']);
    await once(running.child.stderr, 'data');
    setting.end({ state: 'succeeded' });
    expect((await running.ended).stderr).not.toContain('--device');
  });

  it('sees no browser over SSH, wherever the broker has opened one', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work'], {
      env: { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' },
    });
    await once(running.child.stderr, 'data');
    setting.end({ state: 'succeeded' });
    expect((await running.ended).stderr).toMatch(/^No browser can be opened here \(this is an SSH session\)\.\n/);
  });

  it('does nothing for an account that is signed in, unless asked to', async () => {
    await using setting = await work({ state: 'active', subject: ada });
    const result = await setting.sandbox.run(['login', 'github@work', '--no-browser']);
    expect(result.status).toBe(0);
    expect(result.stdout).toBe(`Signed in to ${title} as ada.\n`);
    expect(setting.broker.called('startLogin')).toEqual([]);
    const again = setting.sandbox.start(['login', 'github@work', '--no-browser', '--renew']);
    await again.said(url);
    setting.end({ state: 'succeeded', subject: ada });
    expect((await again.ended).status).toBe(0);
  });

  it('--paste takes the address from standard input', async () => {
    await using setting = await work();
    const pasted = 'http://127.0.0.1:4711/callback?code=c0de&state=test';
    const result = await setting.sandbox.run(['login', 'github@work', '--paste'], { stdin: `${pasted}\n` });
    expect(result.status).toBe(0);
    expect(result.stdout).toBe(`${url}\nSigned in to ${title}.\n`);
    expect(result.stderr).not.toContain('c0de');
    expect(setting.broker.called('finishLogin')[0]?.arguments[1]).toEqual({ redirect_url: pasted });
  });

  it('--paste with nothing to paste is a usage error and leaves no login open', async () => {
    await using setting = await work();
    const result = await setting.sandbox.run(['login', 'github@work', '--paste'], { stdin: '' });
    expect(result.status).toBe(2);
    expect(setting.broker.called('cancelLogin')).toHaveLength(1);
  });

  it('--paste ends by itself when the answer arrives in the browser', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--paste']);
    await running.said(url);
    setting.end({ state: 'succeeded' });
    expect((await running.ended).status).toBe(0);
  });

  it('--device shows where to go and what to enter', async () => {
    await using setting = await work();
    setting.broker.setLogin({
      login_id: 'd1',
      account: 'github@work',
      state: 'started',
      verification_uri: 'https://github.com/login/device',
      user_code: 'ABCD-1234',
    });
    const running = setting.sandbox.start(['login', 'github@work', '--device']);
    expect(await running.said('ABCD')).toBe('https://github.com/login/device\nABCD-1234\n');
    setting.end({ state: 'succeeded' });
    expect((await running.ended).status).toBe(0);
  });

  it('--device also offers the address with the code in it, where there is one', async () => {
    await using setting = await work();
    setting.broker.setLogin({
      login_id: 'd1',
      account: 'github@work',
      state: 'started',
      authorization_url: url,
      verification_uri: 'https://github.com/login/device',
      verification_uri_complete: 'https://github.com/login/device?user_code=ABCD-1234',
      user_code: 'ABCD-1234',
    });
    const running = setting.sandbox.start(['login', 'github@work', '--device']);
    await running.said('ABCD');
    setting.end({ state: 'succeeded' });
    const { stdout, stderr } = await running.ended;
    expect(stdout).toBe(`https://github.com/login/device\nABCD-1234\nSigned in to ${title}.\n`);
    expect(stderr).toContain('\n  https://github.com/login/device?user_code=ABCD-1234\n');
    expect(setting.broker.called('startLogin')[0]?.arguments[1]).toEqual({ user_agent: 'device' });
  });

  it('--device says how else to sign in where the service shows no code', async () => {
    await using setting = await work();
    const what = 'GitHub (work) offers no sign-in with a code';
    setting.broker.failures.set(
      'startLogin',
      new KeytrayError('invalid_request', what, { account: 'github@work', fix: 'paste_address' }),
    );
    const { status, stdout, stderr } = await setting.sandbox.run(['login', 'github@work', '--device']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      'keytray: GitHub (work) offers no sign-in with a code\n  Sign in with a browser on any machine: keytray login github@work --paste\n',
    );
  });

  it('--paste of something else is an error and leaves no login open, where nobody can paste again', async () => {
    await using setting = await work();
    setting.broker.failures.set('finishLogin', new KeytrayError('invalid_request', 'this is not the answer'));
    const result = await setting.sandbox.run(['login', 'github@work', '--paste'], { stdin: 'https://a.example\n' });
    expect(result.status).toBe(2);
    expect(setting.broker.called('cancelLogin')).toHaveLength(1);
  });

  it('takes no other browser’s sign-in where it cannot ask, and says what to do', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work']);
    await once(running.child.stderr, 'data');
    setting.end({ confirm: { who: 'bob' } });
    expect(await running.ended).toMatchObject({
      status: 5,
      stdout: '',
      stderr: expect.stringMatching(
        /\nkeytray: bob signed in in another browser or profile than .*; nothing was stored\n {2}Sign in to GitHub \(work\) in one browser, or on a terminal, .*: keytray login github@work\n$/,
      ),
    });
    expect(setting.broker.called('confirmLogin').map((call) => call.arguments)).toEqual([['login-1', false]]);
    expect(setting.broker.called('cancelLogin')).toEqual([]);
  });

  it('tells once that something else came, and goes on waiting', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--no-browser']);
    await running.said(url);
    const note = 'something came that was not its answer (no state)';
    const told = once(running.child.stderr, 'data');
    setting.end({ note });
    setting.end({ note });
    await told;
    setting.end({ state: 'succeeded', subject: ada });
    expect(await running.ended).toMatchObject({
      status: 0,
      stderr: 'Something came that was not its answer (no state). Keytray still waits.\n',
    });
  });

  it.each([
    [{ state: 'failed', error: 'access_denied', error_description: 'the sign-in was refused' }, 5],
    [{ state: 'failed', error: 'identity_mismatch', error_description: 'bob signed in' }, 5],
    [{ state: 'failed', error: 'misconfigured', error_description: 'invalid_client' }, 2],
    [{ state: 'expired' }, 4],
    [{ state: 'cancelled' }, 4],
  ] as const)('%j ends with %d', async (how, status) => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--no-browser']);
    await running.said(url);
    setting.end(how);
    const result = await running.ended;
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(/^keytray: .+\n {2}.+\n$/);
  });

  it.each(['expired', 'cancelled'] as const)(
    'says what became of another browser’s sign-in when it is %s',
    async (state) => {
      await using setting = await work();
      const running = setting.sandbox.start(['login', 'github@work', '--no-browser']);
      await running.said(url);
      setting.end({ state, note: 'bob signed in elsewhere: nothing was stored' });
      expect(await running.ended).toMatchObject({
        status: 4,
        stderr: expect.stringMatching(
          /^keytray: the sign-in to .+; bob signed in elsewhere: nothing was stored\n {2}Sign in: .+\n$/,
        ),
      });
    },
  );

  it('tells of another browser’s sign-in where it waits for a paste', async () => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--paste']);
    await running.said(url);
    const told = once(running.child.stderr, 'data');
    setting.end({ confirm: { who: 'bob' } });
    await told;
    setting.end({ state: 'succeeded', subject: ada });
    const { status, stderr } = await running.ended;
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /bob signed in in another browser .*To answer in another terminal: keytray login github@work\n/,
    );
    expect(setting.broker.called('confirmLogin')).toEqual([]);
  });

  it('cannot start where the server does not answer', async () => {
    await using setting = await work();
    setting.broker.failures.set('startLogin', new KeytrayError('temporarily_unavailable', 'no answer'));
    expect((await setting.sandbox.run(['login', 'github@work'])).status).toBe(6);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s cancels the login and ends with %d', async (signal, status) => {
    await using setting = await work();
    const running = setting.sandbox.start(['login', 'github@work', '--no-browser']);
    await running.said(url);
    running.child.kill(signal);
    expect((await running.ended).status).toBe(status);
    expect(setting.broker.called('cancelLogin')).toHaveLength(1);
  });
});

describe('keytray logout', () => {
  it('says what became of the tokens at the server', async () => {
    await using setting = await work({ state: 'active' });
    const run = async (...args: string[]) => (await setting.sandbox.run(['logout', 'github@work', ...args])).stdout;
    expect(await run()).toBe('Signed out of github@work. The server has revoked the tokens.\n');
    setting.broker.revocation = 'shared';
    expect(await run()).toBe(
      'Signed out of github@work. Nothing was revoked: another account uses the same sign-in.\n',
    );
    expect(await run('--no-revoke')).toContain('was not asked');
    expect(setting.broker.called('logout').map((call) => call.arguments[1])).toEqual([
      { revoke: true },
      { revoke: true },
      { revoke: false },
    ]);
  });
});
