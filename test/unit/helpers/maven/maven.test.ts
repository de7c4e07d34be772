import { describe, expect, it } from 'vitest';
import { mavenHelper, mavenVariable } from '../../../../core/helpers/maven/maven.ts';
import { type FakeAccount, FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const work = fakeAccount('maven@work', ['repo.work.example'], { token: 'tok-work' });
const home = fakeAccount('nexus.home', ['repo.home.example'], { token: 'tok-home' });

const run = (argv: readonly string[], accounts: readonly FakeAccount[] = [work, home]) =>
  callHelper(mavenHelper, 'run', neverClosed(), new FakeHelperBroker(accounts), { argv });
const mvn = (variables: Readonly<Record<string, string>>) => ({ name: 'mvn', argv: undefined, variables, files: {} });

describe('mvn-keytray', () => {
  it('becomes mvn with a variable for each account', async () => {
    expect(await run(['-B', 'validate'])).toEqual({
      status: 0,
      stdout: '',
      stderr: [],
      next: mvn({ KEYTRAY_TOKEN_MAVEN_WORK: 'tok-work', KEYTRAY_TOKEN_NEXUS_HOME: 'tok-home' }),
    });
  });

  it.each(['-o', '--offline', '-v', '--version', '--help'])('asks for no token with %s', async (option) => {
    const broker = new FakeHelperBroker([work]);
    const { next } = await callHelper(mavenHelper, 'run', '', broker, { argv: [option, 'validate'] });
    expect(next).toEqual(mvn({}));
    expect(broker.requests).toEqual([]);
  });

  it('becomes mvn all the same where nobody serves it', async () => {
    expect(await run(['validate'], [])).toMatchObject({ status: 0, next: mvn({}) });
  });

  it('goes on with the accounts that have a token, and names the others', async () => {
    const { status, stderr, next } = await run(['validate'], [{ ...work, failure: 'login_required' }, home]);
    expect(status).toBe(0);
    expect(stderr).toEqual(['keytray: sign in to maven@work: keytray login maven@work']);
    expect(next).toEqual(mvn({ KEYTRAY_TOKEN_NEXUS_HOME: 'tok-home' }));
  });

  it('stops where no account has one', async () => {
    expect(await run(['validate'], [{ ...work, failure: 'login_required' }])).toMatchObject({
      status: 4,
      next: undefined,
    });
  });

  it('sets no variable to what is not one word', async () => {
    expect(await run(['validate'], [{ ...work, token: 'a\nb' }])).toMatchObject({ status: 2, next: undefined });
  });

  it('does not let two accounts write one variable', async () => {
    const twins = [fakeAccount('repo.a', ['a.example']), fakeAccount('repo-a', ['b.example'])];
    expect(await run(['validate'], twins)).toMatchObject({
      status: 2,
      stderr: [expect.stringContaining('KEYTRAY_TOKEN_REPO_A')],
      next: undefined,
    });
  });

  it('names variables in capitals', () => {
    expect(mavenVariable('gitlab@work')).toBe('KEYTRAY_TOKEN_GITLAB_WORK');
  });
});
