import { describe, expect, it } from 'vitest';
import { createGitHelper } from '../../../../core/helpers/git/git.ts';
import { helpers } from '../../../../core/helpers/registry.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const now = 1_700_000_000_000;
const helper = createGitHelper({ now: () => now });
const account = fakeAccount('github@work', ['git.example'], {
  title: 'GitHub (work)',
  token: 'tok-123',
  expiresAt: now + 3_600_000,
});
const expiry = now / 1000 + 3540;

const get = (stdin: string, accounts = [account]) => callHelper(helper, 'get', stdin, new FakeHelperBroker(accounts));
const silent = { status: 0, stdout: '', stderr: [] };

describe('get', () => {
  it('gives any git user name, password and expiry', async () => {
    expect(await get('protocol=https\nhost=git.example\n')).toEqual({
      status: 0,
      stdout: `username=oauth2\npassword=tok-123\npassword_expiry_utc=${expiry}\n`,
      stderr: [],
    });
  });

  it('gives a git that announces authtype the Bearer credential a server asks for', async () => {
    const request =
      'capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=git.example\n' +
      'wwwauth[]=Bearer realm="lab", error="invalid_token"\n';
    const { stdout } = await get(request);
    expect(stdout).toBe(
      `capability[]=authtype\nauthtype=Bearer\ncredential=tok-123\nephemeral=1\npassword_expiry_utc=${expiry}\n`,
    );
  });

  it('gives a git that announces authtype a password where the server offers Basic', async () => {
    const { stdout } = await get(
      'capability[]=authtype\nprotocol=https\nhost=git.example\nwwwauth[]=Basic realm="lab"\n',
    );
    expect(stdout).toBe(
      `capability[]=authtype\nusername=oauth2\npassword=tok-123\nephemeral=1\npassword_expiry_utc=${expiry}\n`,
    );
  });

  it('asks to be asked again where the scheme is a guess', async () => {
    const { stdout } = await get('capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=git.example\n');
    expect(stdout).toBe(
      'capability[]=authtype\ncapability[]=state\nauthtype=Bearer\ncredential=tok-123\nephemeral=1\n' +
        `password_expiry_utc=${expiry}\nstate[]=keytray:bearer\ncontinue=1\n`,
    );
  });

  it.each(['', 'capability[]=authtype\n', 'capability[]=authtype\nwwwauth[]=Basic\n'])(
    'never gives a refresh token or the request itself (%j)',
    async (capability) => {
      const { stdout } = await get(`${capability}protocol=https\nhost=git.example\nusername=x\nurl=https://evil/\n`);
      expect(stdout).not.toMatch(/^(oauth_refresh_token|protocol|host|path|url)=/m);
    },
  );

  it('answers a caller that keeps stdin open after the blank line', async () => {
    const stdin = neverClosed('protocol=https\n', 'host=git.example\n\n');
    const { stdout } = await callHelper(helper, 'get', stdin, new FakeHelperBroker([account]));
    expect(stdout).toContain('password=tok-123\n');
  });

  it('tells the broker for which host', async () => {
    const broker = new FakeHelperBroker([account]);
    await callHelper(helper, 'get', 'protocol=https\nhost=GIT.example:443\n', broker);
    expect(broker.handedOut).toEqual([{ account: 'github@work', host: 'git.example:443' }]);
  });
});

describe('get, not ours', () => {
  it.each([
    ['another host', 'protocol=https\nhost=other.example\n'],
    ['another port', 'protocol=https\nhost=git.example:8443\n'],
    ['mail', 'protocol=smtp\nhost=git.example\n'],
    ['a client certificate', 'protocol=cert\npath=/home/ada/key.pem\n'],
    ['no protocol', 'host=git.example\n'],
    ['no host', 'protocol=https\n'],
    ['an empty host', 'protocol=https\nhost=\n'],
    ['plain http to another host', 'protocol=http\nhost=other.example\n'],
    ['nothing', ''],
    ['a host in the URL attribute, which git reads itself', 'url=https://git.example/\n'],
  ])('%s: silent', async (_, stdin) => {
    expect(await get(stdin)).toEqual(silent);
  });
});

describe('get, ours but unavailable', () => {
  const ask = 'protocol=https\nhost=git.example\n';

  it.each([
    ['login_required', 'keytray: sign in to GitHub (work): keytray login github@work'],
    ['temporarily_unavailable', 'keytray: GitHub (work) is not reachable now; try again later'],
    ['keychain_locked', 'keytray: GitHub (work): as the test says'],
    ['misconfigured', 'keytray: GitHub (work): as the test says'],
  ] as const)('%s: one line and a stop', async (failure, line) => {
    expect(await get(ask, [{ ...account, failure }])).toEqual({ status: 0, stdout: 'quit=1\n', stderr: [line] });
  });

  it('an unexpected failure is not shown, it may hold anything', async () => {
    const broker = new FakeHelperBroker([account]);
    broker.handOut = () => Promise.reject(new Error('tok-123'));
    const answer = await callHelper(helper, 'get', ask, broker);
    expect(answer.stdout).toBe('quit=1\n');
    expect(answer.stderr).toEqual(['keytray: GitHub (work): unexpected failure; see: keytray status']);
  });

  it('plain http is refused, except on loopback', async () => {
    for (const host of ['git.example', '127.0.0.1.example', 'localhost.example', '[::2]', '0.0.0.0']) {
      const refused = await get(`protocol=http\nhost=${host}\n`, [{ ...account, hosts: [host] }]);
      expect(refused.stdout).toBe('quit=1\n');
      expect(refused.stderr).toHaveLength(1);
    }
    for (const host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080']) {
      const { stdout } = await get(`protocol=http\nhost=${host}\n`, [{ ...account, hosts: [host] }]);
      expect(stdout).toContain('password=tok-123\n');
    }
  });

  it('several accounts: a hint, and nothing released', async () => {
    const broker = new FakeHelperBroker([account, fakeAccount('github@home', ['git.example'])]);
    const answer = await callHelper(helper, 'get', ask, broker);
    expect(answer.stdout).toBe('quit=1\n');
    expect(answer.stderr).toHaveLength(1);
    expect(answer.stderr[0]).toContain('github@work, github@home');
    expect(answer.stderr[0]).toContain('keytray setup git');
    expect(broker.handedOut).toEqual([]);
  });

  it.each([
    ['a newline', 'tok\nquit=0'],
    ['a carriage return', 'tok\rx'],
    ['NUL', 'tok\0'],
    ['a space', 'tok en'],
    ['nothing', ''],
    ['more than a line holds', 'x'.repeat(70_000)],
  ])('a token with %s is not passed on, in any form', async (_, token) => {
    for (const capability of ['', 'capability[]=authtype\n', 'capability[]=authtype\nwwwauth[]=Basic\n']) {
      const answer = await get(capability + ask, [{ ...account, token }]);
      expect(answer.stdout).toBe('quit=1\n');
      expect(answer.stderr).toHaveLength(1);
    }
  });

  it.each(['a:b', 'a\nb'])('user name %j is not put before a token', async (username) => {
    const answer = await get(`capability[]=authtype\nwwwauth[]=Basic\n${ask}`, [{ ...account, username }]);
    expect(answer.stdout).toBe('quit=1\n');
  });

  it('a title cannot write a second line or move the cursor', async () => {
    const title = 'A\nkeytray: all is well\u001b[2K\u202e';
    const { stderr } = await get(ask, [{ ...account, title, failure: 'login_required' }]);
    expect(stderr).toEqual(['keytray: sign in to A keytray: all is well [2K: keytray login github@work']);
  });
});

describe('get, malformed', () => {
  it.each([
    ['a carriage return', 'protocol=https\nhost=git.example\rx\n'],
    ['NUL', 'protocol=https\nhost=git.example\0\n'],
    ['a newline for a blank host', 'protocol=https\nhost\n'],
  ])('%s: one line, nothing released', async (_, stdin) => {
    const broker = new FakeHelperBroker([account]);
    const answer = await callHelper(helper, 'get', stdin, broker);
    expect(answer.status).toBe(1);
    expect(answer.stdout).toBe('');
    expect(answer.stderr).toHaveLength(1);
    expect(broker.handedOut).toEqual([]);
  });
});

describe('erase', () => {
  const erase = async (stdin: string, accounts = [account]) => {
    const broker = new FakeHelperBroker(accounts);
    expect(await callHelper(helper, 'erase', stdin, broker)).toEqual(silent);
    return broker.rejected;
  };
  const where = 'protocol=https\nhost=git.example\n';

  it.each([
    ['a password', 'username=oauth2\npassword=old\n'],
    ['a Bearer credential', 'capability[]=authtype\nauthtype=Bearer\ncredential=old\n'],
  ])('reports %s', async (_, value) => {
    expect(await erase(where + value)).toEqual([{ account: 'github@work', value: 'old' }]);
  });

  it.each([
    ['nothing to reject', where],
    ['an empty password', `${where}password=\n`],
    ['another host', 'protocol=https\nhost=other.example\npassword=old\n'],
    ['a malformed request', `${where}password=old\rx\n`],
  ])('reports nothing for %s', async (_, stdin) => {
    expect(await erase(stdin)).toEqual([]);
  });

  it('leaves it to the broker whose token it was, where several accounts list the host', async () => {
    const accounts = [account, fakeAccount('github@home', ['git.example'])];
    expect((await erase(`${where}password=old\n`, accounts)).map(({ account: id }) => id)).toEqual([
      'github@work',
      'github@home',
    ]);
  });

  it('does not fail when the broker does', async () => {
    expect(await erase(`${where}password=old\n`, [{ ...account, failure: 'internal_error' }])).toHaveLength(1);
  });
});

describe('other operations', () => {
  it('store is read and ignored', async () => {
    const broker = new FakeHelperBroker([account]);
    const stdin = 'protocol=https\nhost=git.example\nusername=oauth2\npassword=tok-123\n';
    expect(await callHelper(helper, 'store', stdin, broker)).toEqual(silent);
    expect(broker.rejected).toEqual([]);
  });

  it('capability names what we speak, without reading stdin', async () => {
    const { stdout } = await callHelper(helper, 'capability', neverClosed(), new FakeHelperBroker([]));
    expect(stdout).toBe('version 0\ncapability authtype\ncapability state\n');
  });

  it.each(['', 'approve', 'GET', 'toString'])('%j is ignored', async (operation) => {
    expect(await callHelper(helper, operation, neverClosed(), new FakeHelperBroker([account]))).toEqual(silent);
  });

  it('the registry knows the protocol by its name', () => {
    expect(helpers.get('git')?.protocol).toBe('git');
    expect(helpers.get('GIT')).toBeUndefined();
  });
});
