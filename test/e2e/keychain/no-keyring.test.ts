import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyringOptions, lookup } from '../../support/keyring.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Scene, startScene } from './scene.ts';

interface State {
  readonly name: string;
  readonly keyring: KeyringOptions;
  readonly keychain: string;
  readonly words: RegExp;
  enter(scene: Scene): Promise<void>;
  leave(scene: Scene): Promise<void>;
}

const states: readonly State[] = [
  {
    name: 'a session bus without a keyring service',
    keyring: { service: false },
    keychain: 'absent',
    words: /no Secret Service/,
    enter: async () => undefined,
    leave: ({ keyring }) => keyring.startService(),
  },
  {
    name: 'no session bus',
    keyring: { service: false },
    keychain: 'absent',
    words: /no D-Bus session bus/,
    enter: ({ keyring }) => keyring.stopBus(),
    async leave({ keyring }) {
      await keyring.startBus();
      await keyring.startService();
    },
  },
  {
    name: 'a new home without a login keyring',
    keyring: { login: false },
    keychain: 'absent',
    words: /no default keyring/,
    enter: async () => undefined,
    async leave({ keyring }) {
      await keyring.stopService();
      await keyring.startService({ login: true });
    },
  },
];

describe.each(states)('an agent that starts with $name', ({ keyring, keychain, words, enter, leave }) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await startScene(keyring);
    await enter(scene);
    await scene.keytray.startAgent();
    await scene.prepareOther();
  });

  afterAll(() => scene.close());

  const expectRefusals = async (): Promise<void> => {
    expect(await scene.account('lab')).toBe('locked keychain_absent');
    expect(await scene.keychainState()).toBe(keychain);
    for (const command of [
      ['token', 'lab'],
      ['login', 'lab', '--no-browser'],
      ['logout', 'lab'],
      ['token', 'lab', '--force'],
    ]) {
      const { status, stdout, stderr } = await scene.run(...command);
      expect([command[0], status, stdout]).toEqual([command[0], 7, '']);
      expect(stderr).toMatch(words);
    }
    expect(scene.server.requests).toMatchObject({
      authorization_code: expect.any(Number),
      refresh_token: 0,
      pushed_authorization_request: 0,
      revocation: 0,
    });
  };

  it('says so, and refuses what needs a keychain before anybody signs in for nothing', expectRefusals);

  it('says the same after a restart', async () => {
    await scene.keytray.stopAgent();
    await scene.keytray.startAgent();
    await scene.prepareOther();
    await expectRefusals();
  });

  it('works as soon as there is a keyring, without a restart', async () => {
    await leave(scene);
    await expect.poll(() => scene.account('lab'), { timeout: 15_000 }).toBe('signed_out never_signed_in');
    await expect.poll(() => scene.keychainState(), { timeout: 15_000 }).toBe('unlocked');
    expect(await signIn(scene.keytray, 'lab', 'ada')).toMatchObject({ state: 'succeeded' });
    expect((await scene.run('token', 'lab')).status).toBe(0);
    expect(await lookup(scene.keyring.env, 'keytray', 'lab')).toContain('"refresh"');
  });

  it('costs the account in memory nothing, and leaves no token in a file', async () => {
    const { normal, longest } = scene.times();
    process.stdout.write(
      `  an account in memory: normally ${normal.toFixed(1)} ms, at most ${longest.toFixed(1)} ms meanwhile\n`,
    );
    await scene.expectNothingPlain();
  });
});
