import { describe, expect, it } from 'vitest';
import { goHelper } from '../../../../core/helpers/go/go.ts';
import { helpers } from '../../../../core/helpers/registry.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = fakeAccount('proxy', ['goproxy.example', 'git.example:8443/team/*'], { token: 'tok-1' });
const response = 'HTTP/1.1 401 Unauthorized\nWww-Authenticate: Bearer\n\n';
const ask = (words: readonly string[], accounts = [account], stdin: string | AsyncIterable<Uint8Array> = response) =>
  callHelper(goHelper, 'get', stdin, new FakeHelperBroker(accounts), { argv: ['get', ...words] });
const nothing = { status: 0, stdout: '', stderr: [] };

describe('the first call', () => {
  it('gives nothing: no server has asked yet', async () => {
    expect(await ask([], [account], neverClosed())).toEqual(nothing);
  });
});

describe('the second call', () => {
  it('gives a block with its last blank line, for the whole host', async () => {
    expect(await ask(['https://goproxy.example/mod.example/@v/list?x=y'])).toEqual({
      status: 0,
      stdout: 'https://goproxy.example\n\nAuthorization: Bearer tok-1\n\n',
      stderr: [],
    });
  });

  it('does not wait for the end of the response', async () => {
    expect((await ask(['https://goproxy.example/x'], [account], neverClosed())).stdout).toContain('tok-1');
  });

  it('knows a listed path however it is written', async () => {
    const accounts = [fakeAccount('proxy', ['h.example/org/My%20Project/*'], { token: 'tok-1' })];
    expect((await ask(['https://h.example/org/My%20Project/mod'], accounts)).stdout).toContain('tok-1');
    expect((await ask(['https://h.example/org/Other%20Project/mod'], accounts)).stdout).toBe('');
  });

  it('names no more than was asked for where only a part of the host is listed', async () => {
    const { stdout } = await ask(['https://git.example:8443/team/mod?go-get=1']);
    expect(stdout).toBe('https://git.example:8443/team/mod\n\nAuthorization: Bearer tok-1\n\n');
  });

  it.each([
    'https://other.example/',
    'https://goproxy.example:8443/',
    'https://goproxy.example.evil.example/',
    'https://goproxy.example@evil.example/',
    'https://git.example:8443/other/mod',
    'https://git.example:8443/team/../other',
    'http://goproxy.example/',
    'http://127.0.0.1:8080/',
    'goproxy.example',
    '',
  ])('%j is not ours', async (url) => {
    expect(await ask([url], [account, fakeAccount('loop', ['127.0.0.1:8080'])])).toEqual(nothing);
  });

  it('a line end in the URL makes no block', async () => {
    expect(await ask(['https://goproxy.example/\n\nX: y\n'])).toEqual(nothing);
  });

  it('says in one line why there is none', async () => {
    expect(await ask(['https://goproxy.example/'], [{ ...account, failure: 'login_required' }])).toEqual({
      status: 1,
      stdout: '',
      stderr: ['keytray: sign in to proxy: keytray login proxy'],
    });
  });

  it('releases nothing where two accounts answer, unless one is named', async () => {
    const accounts = [account, fakeAccount('b', ['goproxy.example'], { token: 'tok-b' })];
    const unclear = await ask(['https://goproxy.example/'], accounts);
    expect(unclear).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringContaining('--account=ID')] });
    expect((await ask(['--account=b', 'https://goproxy.example/'], accounts)).stdout).toContain('tok-b');
  });

  it('passes no odd token on', async () => {
    const answer = await ask(['https://goproxy.example/'], [{ ...account, token: 'a\nX: y' }]);
    expect(answer).toMatchObject({ status: 1, stdout: '' });
  });
});

it.each([[['--acount=b', 'https://goproxy.example/']], [['https://goproxy.example/', 'https://goproxy.example/']]])(
  '%j is not understood',
  async (words) => {
    const answer = await ask(words);
    expect(answer).toMatchObject({ status: 1, stdout: '' });
    expect(answer.stderr).toHaveLength(1);
  },
);

it('the registry knows it', () => {
  expect(helpers.get('go')).toBe(goHelper);
});
