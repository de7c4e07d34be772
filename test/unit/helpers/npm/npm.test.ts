import { describe, expect, it } from 'vitest';
import { npmHelper } from '../../../../core/helpers/npm/npm.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const lab = fakeAccount('lab', ['npm.example', 'npm.example:4873/team/*'], { token: 'tok-123' });
const home = fakeAccount('home', ['npm.home.example']);
const none = fakeAccount('none', []);

async function ask(argv: readonly string[], accounts = [lab, none]) {
  const broker = new FakeHelperBroker(accounts);
  const answer = await callHelper(npmHelper, 'get', neverClosed(), broker, { argv });
  return { ...answer, handedOut: broker.handedOut };
}

it('pnpm 6 to 10: without arguments, the header of the one account that serves npm', async () => {
  expect(await ask([])).toMatchObject({ status: 0, stdout: 'Bearer tok-123\n', stderr: [] });
});

describe('pnpm from 11 on', () => {
  it.each([
    ['--account=lab'],
    ['--registry=https://npm.example/'],
    ['--registry=https://npm.example'],
    ['--registry=https://npm.example:4873/team/tools/'],
    ['--account', 'lab', '--registry', 'https://NPM.example:443/any/path/'],
  ])('%s %s %s %s', async (...argv) => {
    const words = argv.filter((word) => word !== undefined);
    expect(await ask(words, [home, lab])).toMatchObject({ status: 0, stdout: 'Bearer tok-123\n' });
  });

  it('tells the broker for which registry', async () => {
    const { handedOut } = await ask(['--registry=https://npm.example:4873/team/x/']);
    expect(handedOut).toEqual([{ account: 'lab', host: 'npm.example:4873' }]);
  });
});

describe('nothing is handed out', () => {
  it.each([
    ['where two accounts serve npm', [], [lab, home]],
    ['where none does', [], [none]],
    ['for an account that serves no npm', ['--account=none'], [lab, none]],
    ['for an account that is not there', ['--account=nobody'], [lab]],
    ['for a registry that is not listed', ['--registry=https://evil.example/'], [lab]],
    ['for another port', ['--registry=https://npm.example:4874/'], [lab]],
    ['for another path', ['--registry=https://npm.example:4873/other/'], [lab]],
    ['for the whole host where a path is listed', ['--registry=https://npm.example:4873'], [lab]],
    ['for a registry another account lists', ['--account=home', '--registry=https://npm.example/'], [lab, home]],
    ['over plain http', ['--registry=http://npm.example:80/'], [{ ...lab, hosts: ['npm.example:80'] }]],
    ['for arguments we do not know', ['--acount=lab'], [lab]],
    ['for stray words', ['--account=lab', 'more'], [lab]],
    ['for a registry behind --', ['--account=lab', '--', '--registry=https://evil.example/'], [lab]],
    ['for an option without its value', ['--account'], [lab]],
    ['without a sign-in', [], [{ ...lab, failure: 'login_required' as const }]],
    ['for a token with a line end', [], [{ ...lab, token: 'tok\nx' }]],
  ])('%s', async (_, argv, accounts) => {
    const { status, stdout, stderr, handedOut } = await ask(argv, accounts);
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toHaveLength(1);
    if (accounts[0]?.token === lab.token) expect(handedOut).toEqual([]);
  });
});
