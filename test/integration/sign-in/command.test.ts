import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { SystemPrograms } from '../../../core/platform/system-programs.ts';
import { failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { waitFor } from '../../support/wait-for.ts';

const minute = 60_000;
let stubs: StubPrograms;
let scene: GrantScene;
/** Of the programs alone: what a test lets pass for the account must not pass for a program that runs. */
let programTime: ManualClock;

const config = (command: readonly string[]): string =>
  JSON.stringify({ accounts: { github: { service: 'github', grant: 'command', command } } });

beforeEach(async () => {
  stubs = await StubPrograms.create();
  programTime = new ManualClock();
  // What `gh auth token` prints: the token and a line feed (cli.github.com/manual/gh_auth_token).
  await stubs.prints('gh', 'gho_first\n');
  scene = new GrantScene(config(['gh', 'auth', 'token']), {
    programs: new SystemPrograms({ env: { PATH: stubs.path }, clock: programTime }),
  });
  await scene.broker.start();
});
afterEach(async () => {
  await scene.close();
  await stubs[Symbol.asyncDispose]();
});

const token = (request: Parameters<GrantScene['token']>[1] = {}) => scene.token('github', request);
const runs = async (): Promise<number> => (await stubs.runs('gh')).length;
const erase = (value: string) => scene.erase('github.com', value);

describe('an account whose token a program prints', () => {
  it('needs no sign-in: the first request runs the program, and a hundred at once run it once', async () => {
    expect(await scene.state('github')).toBe('active');
    expect(await runs()).toBe(0);
    const answers = await Promise.all(Array.from({ length: 100 }, () => token()));
    expect(new Set(answers.map(({ access_token }) => access_token))).toEqual(new Set(['gho_first']));
    expect(answers[0]?.expires_in ?? null).toBeNull();
    expect(await stubs.runs('gh')).toEqual(['auth token']);
  });

  it('keeps a token without an end for five minutes', async () => {
    await token();
    scene.clock.advance(5 * minute - 1_000);
    await token();
    expect(await runs()).toBe(1);
    scene.clock.advance(2_000);
    await stubs.prints('gh', 'gho_second\n');
    expect(await token()).toMatchObject({ access_token: 'gho_second' });
    expect(await runs()).toBe(2);
  });

  it('is served a token with an end until then, and asks no sooner', async () => {
    const expiry = new Date(scene.clock.now() + 60 * minute).toISOString();
    await stubs.prints('gh', JSON.stringify({ access_token: 'eyJ.dbx', token_type: 'Bearer', expiry }));
    expect(await token()).toMatchObject({ access_token: 'eyJ.dbx', expires_in: 3_600 });
    scene.clock.advance(50 * minute);
    expect(await token()).toMatchObject({ expires_in: 600 });
    scene.clock.advance(8 * minute);
    await token();
    expect(await runs()).toBe(2);
  });

  it('runs the program again for a tool that was refused, at most once a minute', async () => {
    await token();
    await stubs.prints('gh', 'gho_second\n');
    await erase('gho_first');
    expect(await token()).toMatchObject({ access_token: 'gho_second' });
    await erase('gho_second');
    expect(await runs()).toBe(2);
    scene.clock.advance(minute);
    await erase('gho_stale');
    expect(await runs()).toBe(2);
    await erase('gho_second');
    expect(await runs()).toBe(3);
  });

  it('leaves nothing in the store, and forgets with the broker', async () => {
    await token();
    expect(await scene.stored('github')).toBe('{}');
    await scene.restart();
    await token();
    expect(await runs()).toBe(2);
  });

  it('is another one with another command', async () => {
    await token();
    await stubs.prints('hub', 'gho_of_hub');
    scene.configure(config(['hub', 'token']));
    expect(await token()).toMatchObject({ access_token: 'gho_of_hub' });
  });

  it('gives no token for another audience, and says so', async () => {
    expect(await failureOf(token({ audience: 'https://api.example' }))).toMatchObject({ code: 'invalid_request' });
  });

  it('is signed in to by running the program, and signed out of by forgetting', async () => {
    const login = await scene.broker.startLogin('github', { user_agent: 'browser' });
    expect(login.state).toBe('succeeded');
    expect(await scene.broker.logout('github', { revoke: true })).toMatchObject({
      detail: expect.stringContaining('stays valid'),
    });
    expect(await scene.state('github')).toBe('active');
  });
});

describe('a program that prints no token', () => {
  it.each<[string, string, string, string, RegExp]>([
    [
      'ends with a status',
      'echo gho_no; exit 1',
      'access_denied',
      'degraded/access_denied',
      /^gh ended with status 1$/,
    ],
    ['prints a sentence', 'echo You are not logged in', 'misconfigured', 'degraded/misconfigured', /printed no token/],
    ['is ended', 'kill -KILL $$', 'temporarily_unavailable', 'degraded/unreachable', /gh was ended by SIGKILL/],
    [
      'prints an ended one',
      `echo '{"token":"gho_no","expires_at":1}'`,
      'temporarily_unavailable',
      'degraded/unreachable',
      /has ended/,
    ],
  ])(
    'fails the account where it %s, never asks for a sign-in, and heals',
    async (_what, script, code, state, words) => {
      await stubs.write('gh', `echo 'gho_in_stderr' >&2; ${script}`);
      const failure = await failureOf(token());
      expect(failure).toMatchObject({
        code,
        message: expect.stringMatching(words),
        advice: expect.stringMatching(/terminal/),
      });
      expect(await scene.state('github')).toBe(state);
      const said = JSON.stringify([scene.log.lines, scene.notices.shown, await scene.broker.status(), failure.message]);
      expect(said).not.toMatch(/gho_|not logged in/);
      await stubs.prints('gh', 'gho_first\n');
      // Nobody else was asked: the person who has just signed in at the program need not wait.
      scene.clock.advance(2_000);
      expect(await token()).toMatchObject({ access_token: 'gho_first' });
      expect(await scene.state('github')).toBe('active');
    },
  );

  it('because it waits for a person is ended, and told so', async () => {
    await stubs.write('gh', 'sleep 600');
    const asked = failureOf(token());
    await waitFor('the program', async () => (await runs()) === 1);
    programTime.advance(10_000);
    expect(await asked).toMatchObject({ code: 'temporarily_unavailable', message: expect.stringContaining('in time') });
  });

  it('because it is not there says what to do, and is found once it is', async () => {
    scene.configure(config(['glab', 'config', 'get', 'token']));
    expect(await failureOf(token())).toMatchObject({
      code: 'misconfigured',
      message: 'glab is not on PATH',
      advice: expect.stringContaining('Install it'),
    });
    expect(scene.notices.shown.at(-1)).toMatchObject({ title: expect.stringContaining('glab is not on PATH') });
    await stubs.prints('glab', 'glpat-1');
    scene.clock.advance(2_000);
    expect(await token()).toMatchObject({ access_token: 'glpat-1' });
  });

  it('does not take away a token that is still good', async () => {
    await stubs.prints('gh', JSON.stringify({ token: 'gho_first', expires_in: 600 }));
    await token();
    await stubs.write('gh', 'exit 1');
    scene.clock.advance(9 * minute);
    expect(await token()).toMatchObject({ access_token: 'gho_first', expires_in: 60 });
    expect(await failureOf(token({ min_ttl: 300 }))).toMatchObject({ code: 'access_denied' });
  });
});

it.each(['keytray', '/opt/keytray/out/bin/keytray', 'git-credential-keytray', 'keytray-token'])(
  'a command that leads back to Keytray (%s) is a configuration error',
  (program) => {
    const read = interpretConfig([{ file: 'config.yaml', text: config([program, 'token', 'github']) }]);
    expect(read.kind === 'invalid' && read.errors[0]?.message).toBe('leads back to Keytray');
  },
);
