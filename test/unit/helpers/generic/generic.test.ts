import { describe, expect, it } from 'vitest';
import { envHelper, headerHelper, rawHelper } from '../../../../core/helpers/generic/generic.ts';
import type { Helper } from '../../../../core/helpers/helper.ts';
import { type FakeAccount, FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = fakeAccount('lab@work', [], { token: 'tok-123', idToken: 'id-456' });

const call = (helper: Helper, argv: readonly string[], accounts: readonly FakeAccount[] = [account]) =>
  callHelper(helper, 'get', neverClosed(), new FakeHelperBroker(accounts), { argv });
const good = (stdout: string) => ({ status: 0, stdout, stderr: [], next: undefined });

const ofBoth = new Map([
  ['API_TOKEN', { kind: 'token', token: 'access' }],
  ['WHO', { kind: 'token', token: 'id' }],
] as const);

describe('raw and header', () => {
  it.each([
    [rawHelper, ['get', '--account=lab@work'], 'tok-123\n'],
    [rawHelper, ['get', '--account', 'lab@work', '--id'], 'id-456\n'],
    [headerHelper, ['get', '--account=lab@work'], 'Authorization: Bearer tok-123\n'],
    [headerHelper, ['get', '--id', '--account=lab@work'], 'Authorization: Bearer id-456\n'],
  ])('print one line and nothing else', async (helper, argv, stdout) => {
    expect(await call(helper, argv)).toEqual(good(stdout));
  });

  it('passes the validity on that the caller insists on', async () => {
    const broker = new FakeHelperBroker([account]);
    await callHelper(rawHelper, 'get', '', broker, { argv: ['get', '--account=lab@work', '--min-ttl=900'] });
    expect(broker.requests).toEqual([{ token: 'access', minTtl: 900 }]);
  });

  it.each([
    [[], 'usage: keytray helper raw get'],
    [['get'], 'usage: keytray helper raw get'],
    [['store', '--account=lab@work'], 'usage: keytray helper raw get'],
    [['get', 'lab@work', '--account=lab@work'], 'usage: keytray helper raw get'],
    [['get', '--account=lab@work', '--scope=x'], 'not understood: --scope=x'],
    [['get', '--account=lab@work', '--min-ttl=soon'], '--min-ttl takes whole seconds'],
  ])('refuse what they do not know (%j)', async (argv, line) => {
    const { status, stdout, stderr } = await call(rawHelper, argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toEqual([expect.stringContaining(line)]);
  });

  it('knows no other account', async () => {
    expect(await call(rawHelper, ['get', '--account=lab'])).toMatchObject({ status: 8, stdout: '' });
  });

  it('says what to do where there is no token, with the status of the command line', async () => {
    const broken = { ...account, title: 'Lab (work)', failure: 'login_required' } as const;
    expect(await call(rawHelper, ['get', '--account=lab@work'], [broken])).toEqual({
      status: 4,
      stdout: '',
      stderr: ['keytray: sign in to Lab (work): keytray login lab@work'],
      next: undefined,
    });
  });

  it.each(['a b', 'a\nb', 'a\r', '', 'ä'])('hands out no token that is not one word (%j)', async (token) => {
    const { status, stdout } = await call(headerHelper, ['get', '--account=lab@work'], [{ ...account, token }]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('env', () => {
  it('names the variable after the account', async () => {
    expect(await call(envHelper, ['get', '--account=lab@work'])).toEqual(good('LAB_WORK_TOKEN=tok-123\n'));
  });

  it('prints the variables the account lists', async () => {
    const listed = { ...account, variables: () => ofBoth };
    expect(await call(envHelper, ['get', '--account=lab@work'], [listed])).toEqual(
      good('API_TOKEN=tok-123\nWHO=id-456\n'),
    );
  });

  it('prints where the token goes, where a catalog tells, and no line where it does not', async () => {
    const ofCatalog = new Map([
      ['QUILT_API_KEY', { kind: 'token', token: 'access' }],
      ['QUILT_REGISTRY_URL', { kind: 'service_url' }],
    ] as const);
    const listed = { ...account, variables: () => ofCatalog };
    const at = { ...listed, serviceUrl: 'https://registry.lab.example' };
    expect(await call(envHelper, ['get', '--account=lab@work'], [at])).toEqual(
      good('QUILT_API_KEY=tok-123\nQUILT_REGISTRY_URL=https://registry.lab.example\n'),
    );
    expect(await call(envHelper, ['get', '--account=lab@work'], [listed])).toEqual(good('QUILT_API_KEY=tok-123\n'));
  });

  it('prints all of them or none', async () => {
    const listed = { ...account, idToken: 'not one', variables: () => ofBoth };
    expect(await call(envHelper, ['get', '--account=lab@work'], [listed])).toMatchObject({ status: 2, stdout: '' });
  });
});
