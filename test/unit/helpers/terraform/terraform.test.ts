import { describe, expect, it } from 'vitest';
import { helpers } from '../../../../core/helpers/registry.ts';
import { terraformHelper } from '../../../../core/helpers/terraform/terraform.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = fakeAccount('tfe', ['app.terraform.io', 'tfe.example:8443'], { token: 'tok-1' });
const ask = (
  argv: readonly string[],
  accounts = [account],
  stdin: string | AsyncIterable<Uint8Array> = neverClosed(),
) => callHelper(terraformHelper, 'get', stdin, new FakeHelperBroker(accounts), { argv });
const none = { status: 0, stdout: '{}\n', stderr: [] };

describe('get', () => {
  it.each([
    [['get', 'app.terraform.io']],
    [['--some=option', 'get', 'tfe.example:8443']],
    [['get', 'APP.terraform.io']],
  ])('%j gets the token', async (argv) => {
    expect(await ask(argv)).toEqual({ status: 0, stdout: '{"token":"tok-1"}\n', stderr: [] });
  });

  it.each([
    'registry.terraform.io',
    'app.terraform.io:8443',
    'tfe.example',
    'app.terraform.io.evil.example',
    'app.terraform.io@evil.example',
    'https://app.terraform.io',
    'app.terraform.io/x',
    '',
    '{}',
  ])('%j is not ours', async (host) => {
    expect(await ask(['get', host])).toEqual(none);
  });

  it('says in one line why there is none', async () => {
    expect(await ask(['get', 'app.terraform.io'], [{ ...account, failure: 'login_required' }])).toEqual({
      status: 1,
      stdout: '',
      stderr: ['keytray: sign in to tfe: keytray login tfe'],
    });
  });

  it('releases nothing where two accounts answer', async () => {
    const answer = await ask(['get', 'app.terraform.io'], [account, fakeAccount('b', ['app.terraform.io'])]);
    expect(answer).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringContaining('tfe, b')] });
  });

  it('passes no odd token on', async () => {
    expect(await ask(['get', 'app.terraform.io'], [{ ...account, token: 'a b' }])).toMatchObject({
      status: 1,
      stdout: '',
    });
  });
});

describe('store', () => {
  const stdin = '{"token":"foreign"}';

  it('of what is ours is read and forgotten', async () => {
    expect(await ask(['store', 'app.terraform.io'], [account], stdin)).toEqual({ status: 0, stdout: '', stderr: [] });
  });

  it('of what is not ours fails: it would be lost', async () => {
    const answer = await ask(['store', 'other.example'], [account], stdin);
    expect(answer).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringContaining('other.example')] });
    expect(answer.stderr[0]).not.toContain('foreign');
  });
});

describe('others', () => {
  it('forget succeeds without reading', async () => {
    expect(await ask(['forget', 'other.example'])).toEqual({ status: 0, stdout: '', stderr: [] });
  });

  it.each([[[]], [['get']], [['list', 'app.terraform.io']], [['app.terraform.io', 'get']]])(
    '%j fails',
    async (argv) => {
      const answer = await ask(argv);
      expect(answer).toMatchObject({ status: 1, stdout: '' });
      expect(answer.stderr).toHaveLength(1);
    },
  );

  it('the registry knows it', () => {
    expect(helpers.get('terraform')).toBe(terraformHelper);
  });
});
