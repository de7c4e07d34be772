import { describe, expect, it } from 'vitest';
import { readWish, tokenHelper } from '../../../../core/helpers/token/token.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = fakeAccount('lab', [], { token: 'tok-123', idToken: 'id-456' });
const ask = (argv: readonly string[], broker = new FakeHelperBroker([account])) =>
  callHelper(tokenHelper, 'get', neverClosed(), broker, { argv });

describe('the token helper', () => {
  it.each([
    [['lab'], 'tok-123\n'],
    [['lab', '--format', 'raw'], 'tok-123\n'],
    [['--format=header', 'lab'], 'Authorization: Bearer tok-123\n'],
    [['lab', '--id'], 'id-456\n'],
  ])('prints one line (%j)', async (argv, stdout) => {
    expect(await ask(argv)).toEqual({ status: 0, stdout, stderr: [], next: undefined });
  });

  it('passes the validity on that the caller insists on', async () => {
    const broker = new FakeHelperBroker([account]);
    await ask(['lab', '--min-ttl', '900', '--force'], broker);
    expect(broker.requests).toEqual([{ token: 'access', minTtl: 900, force: true }]);
  });

  it.each([
    [[]],
    [['lab', 'more']],
    [['lab', '--format', 'json']],
    [['lab', '--format']],
    [['lab', '--min-ttl', 'soon']],
    [['lab', '--min-ttl', '86401']],
    [['lab', '--help']],
    [['--', 'lab']],
    [['other']],
  ])('leaves the rest to the command line, and asks for nothing (%j)', async (argv) => {
    const broker = new FakeHelperBroker([account]);
    expect(await ask(argv, broker)).toEqual({ status: 1, stdout: '', stderr: [], next: undefined });
    expect(broker.requests).toEqual([]);
  });

  it('says nothing of a token that would look like two lines', async () => {
    const broken = { ...account, token: 'tok\n123' };
    expect(await ask(['lab'], new FakeHelperBroker([broken]))).toMatchObject({ status: 1, stdout: '', stderr: [] });
  });

  it('tells a failure as the local API does', async () => {
    const broken = { ...account, failure: 'login_required' } as const;
    const { status, stdout, stderr } = await ask(['lab'], new FakeHelperBroker([broken]));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.map((line) => JSON.parse(line))).toEqual([
      { error: 'login_required', error_description: 'as the test says', account: 'lab' },
    ]);
  });
});

it('reads a command line as the command line does: what comes last counts', () => {
  expect(readWish(['lab', '--format=header', '--format', 'raw', '--min-ttl=5', '--min-ttl', '60'])).toEqual({
    account: 'lab',
    kind: 'access',
    minTtl: 60,
    force: false,
    header: false,
  });
});
