import { describe, expect, it } from 'vitest';
import { mailHelper } from '../../../../core/helpers/mail/mail.ts';
import { type FakeAccount, FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const work = fakeAccount('mail@work', ['smtp.work.example', 'imap.work.example:993'], { token: 'tok-work' });
const home = fakeAccount('mail@home', ['smtp.home.example'], { token: 'tok-home' });

const get = (argv: readonly string[], accounts: readonly FakeAccount[] = [work, home]) =>
  // The mail itself is on stdin; reading it would lose it.
  callHelper(mailHelper, 'get', neverClosed(), new FakeHelperBroker(accounts), { argv: ['get', ...argv] });

describe('mail', () => {
  it.each([
    [['--account=mail@work'], 'tok-work\n'],
    [['--account=mail@work', '--host=smtp.work.example'], 'tok-work\n'],
    [['--host=imap.work.example:993'], 'tok-work\n'],
    [['--host', 'smtp.home.example'], 'tok-home\n'],
  ])('prints the access token and nothing else (%j)', async (argv, stdout) => {
    expect(await get(argv)).toEqual({ status: 0, stdout, stderr: [], next: undefined });
  });

  it('needs no name where there is one account', async () => {
    expect(await get([], [home])).toMatchObject({ status: 0, stdout: 'tok-home\n' });
  });

  it.each([
    ['several accounts', [], 'say which with --account=ID'],
    ['a host nobody lists', ['--host=smtp.evil.example'], 'no account lists smtp.evil.example under mail:'],
    ['the host of another', ['--account=mail@work', '--host=smtp.home.example'], 'mail@work does not list'],
    ['another port', ['--host=imap.work.example'], 'no account lists'],
    ['an unknown account', ['--account=mail'], 'there is no account named "mail"'],
    ['an unknown option', ['--port=25'], 'not understood: --port=25'],
  ])('hands out nothing for %s', async (_, argv, line) => {
    const { status, stdout, stderr } = await get(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toEqual([expect.stringContaining(line)]);
  });

  it('hands out nothing for an account that serves no mail', async () => {
    expect(await get(['--account=mail@work'], [{ ...work, hosts: [] }])).toMatchObject({ status: 2, stdout: '' });
  });

  it('says in one line why there is no token', async () => {
    expect(await get([], [{ ...home, failure: 'login_required' }])).toMatchObject({
      status: 4,
      stdout: '',
      stderr: ['keytray: sign in to mail@home: keytray login mail@home'],
    });
  });

  it('has no limit of its own', async () => {
    const token = 'x'.repeat(20_000);
    expect(await get([], [{ ...home, token }])).toMatchObject({ status: 0, stdout: `${token}\n`, stderr: [] });
  });
});
