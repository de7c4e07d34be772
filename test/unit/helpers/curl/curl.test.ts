import { describe, expect, it } from 'vitest';
import { curlHelper } from '../../../../core/helpers/curl/curl.ts';
import { formatNetrc } from '../../../../core/helpers/netrc.ts';
import { type FakeAccount, FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const lab = fakeAccount('lab@work', ['api.example', 'files.example:8443/team/*', '127.0.0.1:8080', '[::1]:9'], {
  token: 'tok-123',
});

const call = (argv: readonly string[], accounts: readonly FakeAccount[] = [lab]) =>
  callHelper(curlHelper, argv[0] ?? '', neverClosed(), new FakeHelperBroker(accounts), { argv });
const good = (stdout: string) => ({ status: 0, stdout, stderr: [], next: undefined });

describe('what curl reads', () => {
  it.each([
    ['config', 'oauth2-bearer = "tok-123"\n'],
    ['header', 'Authorization: Bearer tok-123\n'],
    ['netrc', 'machine api.example login oauth2 password tok-123\n'],
  ])('%s', async (operation, stdout) => {
    expect(await call([operation, 'https://api.example/v1/things?q=1'])).toEqual(good(stdout));
  });

  it('escapes what a config file takes for the end of a string', async () => {
    const { stdout } = await call(['config', 'https://api.example'], [{ ...lab, token: 'a"b\\c' }]);
    expect(stdout).toBe('oauth2-bearer = "a\\"b\\\\c"\n');
  });

  it.each([
    'https://API.example:443/x',
    'https://files.example:8443/team/x',
    'http://127.0.0.1:8080',
    'http://[::1]:9/',
    'https://work@api.example/',
  ])('answers for %s', async (url) => {
    expect(await call(['header', url])).toEqual(good('Authorization: Bearer tok-123\n'));
  });

  it.each([
    ['another host', 'https://api.example.evil.example/'],
    ['another port', 'https://api.example:8443/'],
    ['another path', 'https://files.example:8443/teams/x'],
    ['the folder above', 'https://files.example:8443/team/../x'],
    ['a host behind a backslash', 'https://evil.example\\@api.example/'],
    ['a host before a backslash', 'https://api.example\\@evil.example/'],
    ['a user name that looks like a host', 'https://api.example@evil.example/'],
    ['a password', 'https://user:word@api.example/'],
    ['a fragment', 'https://api.example#@evil.example/'],
    ['two user names', 'https://a@b@api.example/'],
    ['another scheme', 'ftp://api.example/'],
    ['no scheme', 'api.example/'],
    ['spaces', 'https://api.example/ https://evil.example/'],
    ['a line end', 'https://api.example/\nurl = https://evil.example/'],
    ['globs of curl', 'https://{api.example,evil.example}/'],
    ['a loopback port nobody lists', 'http://127.0.0.1:8081/'],
    ['plain http', 'http://api.example:443/'],
  ])('hands out nothing for %s', async (_, url) => {
    const broker = new FakeHelperBroker([lab]);
    const { status, stdout, stderr } = await callHelper(curlHelper, 'config', '', broker, { argv: ['config', url] });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toEqual([expect.stringMatching(/^keytray: [^\n]+$/)]);
    expect(broker.requests).toEqual([]);
  });

  it('says that a listed host would be asked in the clear', async () => {
    const { stderr } = await call(['config', 'http://plain.example/'], [{ ...lab, hosts: ['plain.example:80'] }]);
    expect(stderr).toEqual([expect.stringContaining('plain http')]);
  });

  it('asks for a name where two accounts answer, and takes it', async () => {
    const both = [lab, fakeAccount('lab@home', ['api.example'], { token: 'tok-home' })];
    const unclear = await call(['header', 'https://api.example/'], both);
    expect(unclear).toMatchObject({ status: 2, stdout: '', stderr: [expect.stringContaining('--account=ID')] });
    const named = await call(['header', '--account=lab@home', 'https://api.example/'], both);
    expect(named.stdout).toBe('Authorization: Bearer tok-home\n');
    const inUrl = await call(['header', 'https://home@api.example/'], both);
    expect(inUrl.stdout).toBe('Authorization: Bearer tok-home\n');
  });

  it('does not let --account stand for the list of hosts', async () => {
    expect(await call(['header', '--account=lab@work', 'https://evil.example/'])).toMatchObject({
      status: 2,
      stdout: '',
    });
  });

  it('becomes wget with a file on no disk, and follows no redirect with it', async () => {
    const { status, stdout, next } = await call([
      'wget',
      'https://api.example/x',
      '--account=lab@work',
      '--',
      '-q',
      '--tries=1',
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(next).toMatchObject({ name: 'wget', argv: ['-q', '--tries=1', 'https://api.example/x'], variables: {} });
    expect(next?.files.WGETRC?.reveal()).toBe('header = Authorization: Bearer tok-123\nmax_redirect = 0\n');
    expect(await call(['wget', 'https://evil.example/x'])).toMatchObject({ status: 2, next: undefined });
  });

  it.each([[['config']], [['get', 'https://api.example']], [['config', 'https://a.example', 'https://b.example']]])(
    'explains itself (%j)',
    async (argv) => {
      expect(await call(argv)).toMatchObject({ status: 2, stdout: '', stderr: [expect.stringContaining('usage: ')] });
    },
  );

  it('says in one line why there is no token', async () => {
    expect(
      await call(['config', 'https://api.example'], [{ ...lab, failure: 'temporarily_unavailable' }]),
    ).toMatchObject({ status: 6, stdout: '', stderr: ['keytray: lab@work is not reachable now; try again later'] });
  });
});

describe('netrc', () => {
  it('names an IPv6 address without brackets, and no port', () => {
    expect(formatNetrc({ host: '[::1]:8443', login: 'u', token: 't' })).toBe('machine ::1 login u password t\n');
  });

  it.each([
    ['quotes', { host: 'h.example', login: 'u', token: 'a"b' }],
    ['backslashes', { host: 'h.example', login: 'u', token: 'a\\b' }],
    ['comments', { host: 'h.example', login: '#u', token: 't' }],
    ['spaces', { host: 'h.example', login: 'some body', token: 't' }],
    ['no name', { host: 'h.example', login: '', token: 't' }],
    ['no host', { host: '', login: 'u', token: 't' }],
  ])('carries no %s', (_, entry) => {
    expect(formatNetrc(entry)).toBeUndefined();
  });
});
