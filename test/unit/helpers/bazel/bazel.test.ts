import { describe, expect, it } from 'vitest';
import { createBazelHelper } from '../../../../core/helpers/bazel/bazel.ts';
import { helpers } from '../../../../core/helpers/registry.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, chunks, neverClosed } from '../../../support/helper-call.ts';

const now = 1_700_000_000_000;
const helper = createBazelHelper({ now: () => now });
const account = fakeAccount('cache', ['cache.example', 'remote.example:8443/team/*', '127.0.0.1:9090'], {
  token: 'tok-1',
  expiresAt: now + 3_600_900,
});
const ask = (stdin: string | AsyncIterable<Uint8Array>, accounts = [account], operation = 'get') =>
  callHelper(helper, operation, stdin, new FakeHelperBroker(accounts));
const uri = (text: string) => JSON.stringify({ uri: text });

describe('get', () => {
  it.each([
    'https://cache.example/cas/1?x=y',
    'https://cache.example',
    'grpcs://cache.example/build.bazel.remote.execution.v2.Capabilities',
    'https://remote.example:8443/team/cas',
    'http://127.0.0.1:9090/cas',
    'grpc://127.0.0.1:9090/x',
  ])('%s gets headers and a time in whole seconds', async (text) => {
    const { status, stdout, stderr } = await ask(uri(text));
    expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
    expect(JSON.parse(stdout)).toEqual({
      headers: { Authorization: ['Bearer tok-1'] },
      expires: '2023-11-14T23:12:20Z',
    });
  });

  it('leaves the time out where there is none', async () => {
    const { expiresAt: _, ...lasting } = account;
    expect(JSON.parse((await ask(uri('https://cache.example/'), [lasting])).stdout)).toEqual({
      headers: { Authorization: ['Bearer tok-1'] },
    });
  });

  it('reads a request to its end, in whatever pieces it comes', async () => {
    const { stdout } = await ask(chunks('{"uri":', '"https://cache.example/{x}"', '}', '\n'));
    expect(stdout).toContain('tok-1');
    expect(await ask(chunks('{"uri":"https://cache.example/"}', '{}'))).toMatchObject({ status: 1, stdout: '' });
  });

  it.each([
    'https://other.example/',
    'https://cache.example:8443/',
    'https://cache.example.evil.example/',
    'https://cache.example@evil.example/',
    'https://evil.example\\@cache.example/',
    'https://remote.example:8443/teams/x',
    'https://remote.example:8443/team/../x/y',
    'ftp://cache.example/',
    'cache.example',
    '',
  ])('%s is not ours', async (text) => {
    expect(await ask(uri(text))).toEqual({ status: 0, stdout: '{}\n', stderr: [] });
  });

  it.each(['http://cache.example/', 'grpc://cache.example/'])('%s is refused', async (text) => {
    const answer = await ask(uri(text), [{ ...account, hosts: ['cache.example'] }]);
    expect(answer).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringContaining('plain http')] });
  });

  it.each(['', '{', '[]', 'null', '{}', '{"uri":7}', `{"uri":"${'x'.repeat(70_000)}"}`, '\uFFFE'])(
    'malformed: %#',
    async (stdin) => {
      const answer = await ask(stdin);
      expect(answer).toMatchObject({ status: 1, stdout: '' });
      expect(answer.stderr).toHaveLength(1);
    },
  );

  it('bytes that are no UTF-8 are malformed', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"uri":"https://cache.example/'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    expect(await ask(chunks(bytes))).toMatchObject({ status: 1, stdout: '' });
  });

  it('says in one line why there is none, and which accounts are one too many', async () => {
    expect(await ask(uri('https://cache.example/'), [{ ...account, failure: 'login_required' }])).toEqual({
      status: 1,
      stdout: '',
      stderr: ['keytray: sign in to cache: keytray login cache'],
    });
    const unclear = await ask(uri('https://cache.example/'), [account, fakeAccount('b', ['cache.example'])]);
    expect(unclear).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringContaining('cache, b')] });
  });

  it('passes no odd token on', async () => {
    const answer = await ask(uri('https://cache.example/'), [{ ...account, token: 'a\nb' }]);
    expect(answer).toMatchObject({ status: 1, stdout: '' });
  });
});

it('other operations fail without reading', async () => {
  expect(await ask(neverClosed(), [account], 'set')).toMatchObject({ status: 1, stdout: '' });
});

it('the registry knows it', () => {
  expect(helpers.get('bazel')?.protocol).toBe('bazel');
});
