import { describe, expect, it } from 'vitest';
import { pipHelper } from '../../../../core/helpers/pip/pip.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = fakeAccount('lab', ['pypi.example', '127.0.0.1:8080', 'shared.example/lab/*'], { token: 'tok-123' });
const index = 'https://pypi.example/simple/';

async function keyring(argv: readonly string[], accounts = [account]) {
  const broker = new FakeHelperBroker(accounts);
  const answer = await callHelper(pipHelper, 'get', neverClosed(), broker, { argv });
  return { ...answer, handedOut: broker.handedOut };
}

const next = { name: 'keyring', argv: undefined, variables: {}, files: {} };

describe('get, ours', () => {
  it.each([
    [['get', index, 'ada'], 'tok-123\n'],
    [['get', 'https://pypi.example', 'ada'], 'tok-123\n'],
    [['get', 'https://shared.example/lab/simple/', 'ada'], 'tok-123\n'],
    [['get', 'http://127.0.0.1:8080/simple/', 'ada'], 'tok-123\n'],
    [['get', '127.0.0.1:8080', 'ada'], 'tok-123\n'],
    // uv
    [['get', index, '--mode', 'creds'], 'oauth2\ntok-123\n'],
    [['get', index, 'ada', '--mode=creds'], 'ada\ntok-123\n'],
    // pip 26.2 and later
    [['--mode=creds', '--output=json', 'get', index], '{"username":"oauth2","password":"tok-123"}\n'],
    [['--mode=creds', '--output=json', 'get', index, 'ada'], '{"username":"ada","password":"tok-123"}\n'],
    [['--output', 'json', 'get', index, 'ada'], '{"password":"tok-123"}\n'],
  ])('%j', async (argv, stdout) => {
    expect(await keyring(argv)).toMatchObject({ status: 0, stdout, stderr: [], next: undefined });
  });

  it('knows a listed path however it is written', async () => {
    const accounts = [fakeAccount('lab', ['h.example/org/My%20Project/*'], { token: 'tok-123' })];
    const ask = (name: string) => keyring(['get', `https://h.example/org/${name}/simple/`, 'ada'], accounts);
    expect(await ask('My%20Project')).toMatchObject({ status: 0, stdout: 'tok-123\n' });
    expect(await ask('Other%20Project')).toMatchObject({ stdout: '', handedOut: [] });
  });

  it('tells the broker for which host', async () => {
    expect((await keyring(['get', index, 'ada'])).handedOut).toEqual([{ account: 'lab', host: 'pypi.example' }]);
  });

  it('the user name in the URL tells two accounts apart', async () => {
    const accounts = [account, fakeAccount('pip@home', ['pypi.example'])];
    expect(await keyring(['get', index, 'home'], accounts)).toMatchObject({ stdout: 'token-of-pip@home\n' });
    const refused = await keyring(['get', index, 'ada'], accounts);
    expect(refused).toMatchObject({ status: 1, stdout: '', handedOut: [], next: undefined });
    expect(refused.stderr).toHaveLength(1);
  });
});

describe('goes on to the next keyring', () => {
  it.each([
    [['get', 'https://evil.example/simple/', 'ada']],
    [['get', 'https://pypi.example:8443/simple/', 'ada']],
    [['get', 'https://pypi.example@evil.example/', 'ada']],
    [['get', 'https://shared.example/other/', 'ada']],
    [['get', 'system', 'ada']],
    // Neither scheme nor path is known.
    [['get', 'pypi.example', 'ada']],
    [['get', 'shared.example', 'ada']],
    // No user, and none asked for: what the real one would refuse.
    [['get', index]],
    [['get', index, 'ada', 'more']],
    [['get']],
    [[]],
    [['set', index, 'ada']],
    [['del', index, 'ada']],
    [['diagnose']],
    [['--list-backends']],
    [['--help']],
    [['-b', 'keyring.backends.null.Keyring', 'get', index, 'ada']],
    [['--mode=other', 'get', index, 'ada']],
    [['--output=xml', 'get', index, 'ada']],
    [['get', '--mode']],
  ])('%j', async (argv) => {
    expect(await keyring(argv)).toEqual({ status: 0, stdout: '', stderr: [], next, handedOut: [] });
  });
});

describe('ours, but no password', () => {
  it.each([
    ['no sign-in', ['get', index, 'ada'], { ...account, failure: 'login_required' as const }],
    ['plain http', ['get', 'http://pypi.example:80/', 'ada'], { ...account, hosts: ['pypi.example:80'] }],
    ['a token with a line end', ['get', index, 'ada'], { ...account, token: 'a\nb' }],
    ['a user name Basic cannot carry', ['get', index, '--mode=creds'], { ...account, username: 'a:b' }],
    ['a user name that is two lines', ['get', index, 'a\nb', '--mode=creds'], account],
  ])('%s: one line and 1', async (_, argv, held) => {
    const { status, stdout, stderr, next: became } = await keyring(argv, [held]);
    expect({ status, stdout, became }).toEqual({ status: 1, stdout: '', became: undefined });
    expect(stderr).toHaveLength(1);
  });
});
