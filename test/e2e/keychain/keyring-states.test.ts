import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lookup, password } from '../../support/keyring.ts';
import { type Display, startDisplay } from '../../support/prompter.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Scene, startScene } from './scene.ts';

const storedAccount = z.object({ record: z.object({ refresh: z.string(), access: z.string() }) });

interface State {
  readonly name: string;
  /** As `keytray status` says it. */
  readonly keychain: string;
  /** Of an account that was not read before; undefined: there is nothing wrong. */
  readonly trouble: string | undefined;
  readonly noticed: boolean;
  /** Password windows that others have open. */
  readonly windows?: number;
  enter(scene: Scene, display: Display): Promise<void>;
  leave(scene: Scene, display: Display): Promise<void>;
}

/** Another program of the session that wants an item, and so opens the keyring's password window. */
const otherProgram = (scene: Scene): void => {
  lookup(scene.keyring.env, 'keytray', 'lab').catch(() => undefined);
};

const journal = ({ keytray }: Scene): string => path.join(keytray.folder, 'state/keytray/journal');

const states: readonly State[] = [
  {
    name: 'unlocked',
    keychain: 'unlocked',
    trouble: undefined,
    noticed: false,
    enter: async () => undefined,
    leave: async () => undefined,
  },
  {
    name: 'locked',
    keychain: 'locked',
    trouble: 'keychain_locked',
    noticed: true,
    enter: ({ keyring }) => keyring.lock(),
    leave: ({ keyring }) => keyring.unlock(),
  },
  {
    name: 'locked, with its password window left open',
    windows: 1,
    keychain: 'locked',
    trouble: 'keychain_locked',
    noticed: true,
    async enter(scene, display) {
      await scene.keyring.lock();
      otherProgram(scene);
      await display.prompted();
    },
    async leave(_, display) {
      await display.answer(password);
    },
  },
  {
    name: 'locked, with its password window dismissed',
    keychain: 'locked',
    trouble: 'keychain_locked',
    noticed: true,
    async enter(scene, display) {
      await scene.keyring.lock();
      otherProgram(scene);
      await display.prompted();
      await display.dismiss();
    },
    leave: ({ keyring }) => keyring.unlockWithSignal(),
  },
  {
    name: 'killed',
    keychain: 'absent',
    trouble: 'keychain_absent',
    noticed: false,
    enter: ({ keyring }) => keyring.stopService(),
    leave: ({ keyring }) => keyring.startService(),
  },
  {
    name: 'gone with the whole session bus',
    keychain: 'absent',
    trouble: 'keychain_absent',
    noticed: false,
    enter: ({ keyring }) => keyring.stopBus(),
    async leave({ keyring }) {
      await keyring.startBus();
      await keyring.startService();
    },
  },
  {
    name: 'hanging',
    keychain: 'stuck',
    trouble: 'keychain_stuck',
    noticed: false,
    enter: async ({ keyring }) => {
      process.kill(keyring.servicePid() ?? 0, 'SIGSTOP');
    },
    leave: async ({ keyring }) => {
      process.kill(keyring.servicePid() ?? 0, 'SIGCONT');
    },
  },
];

let display: Display;

beforeAll(async () => {
  display = await startDisplay();
});

afterAll(() => display.stop());

describe.each(states)('a keyring that is $name', ({ keychain, trouble, noticed, windows = 0, enter, leave }) => {
  let scene: Scene;
  /** Of `lab`, the last one the server gave. */
  let latest: string;

  beforeAll(async () => {
    scene = await startScene({ display });
    await scene.keytray.startAgent();
    await scene.prepareOther();
    expect(await signIn(scene.keytray, 'lab', 'ada')).toMatchObject({ state: 'succeeded' });
    expect(await signIn(scene.keytray, 'second', 'bob')).toMatchObject({ state: 'succeeded' });
    latest = (await scene.keytray.api.token('lab', {})).access_token ?? '';
    await enter(scene, display);
  });

  afterAll(() => scene.close());

  it('is called by its name', async () => {
    await expect.poll(() => scene.keychainState(), { timeout: 10_000 }).toBe(keychain);
    expect(await scene.account('lab')).toBe('active');
  });

  it('does not stop a refresh', async () => {
    const { status, stdout } = await scene.run('token', 'lab', '--force');
    expect(status).toBe(0);
    expect(stdout.trim()).not.toBe(latest);
    latest = stdout.trim();
    expect(await scene.server.introspect(latest)).toMatchObject({ active: true });
    expect(existsSync(journal(scene))).toBe(trouble !== undefined);
  });

  it('does not stop a sign-in', async () => {
    expect(await signIn(scene.keytray, 'fresh', 'eve')).toMatchObject({ state: 'succeeded' });
    expect((await scene.run('token', 'fresh')).status).toBe(0);
  });

  it('does not stop a sign-out', async () => {
    const revoked = scene.server.requests.revocation;
    const { status, stdout } = await scene.run('logout', 'second');
    expect([status, stdout]).toEqual([0, expect.stringContaining('revoked the tokens')]);
    expect(scene.server.requests.revocation).toBeGreaterThan(revoked);
    expect(await scene.account('second')).toBe('signed_out signed_out');
  });

  it('keeps a broker that starts anew from its accounts, and says why', async () => {
    const { requests } = scene.server;
    // Whatever was done so far, no window was opened for it.
    expect(await display.prompts()).toBe(windows);
    await scene.keytray.stopAgent();
    await scene.keytray.startAgent();
    await scene.prepareOther();
    if (trouble === undefined) return;
    await expect.poll(() => scene.account('lab'), { timeout: 10_000 }).toBe(`locked ${trouble}`);
    expect(await scene.keychainState()).toBe(keychain);
    const { revocation, authorization_code: signIns, refresh_token: refreshes } = requests;
    for (const command of [
      ['token', 'lab'],
      ['login', 'lab', '--no-browser'],
      ['logout', 'lab'],
    ]) {
      const { status, stdout } = await scene.run(...command);
      expect([command[0], status, stdout]).toEqual([command[0], 7, '']);
    }
    expect(requests).toMatchObject({ revocation, authorization_code: signIns, refresh_token: refreshes });
    expect(await display.prompts()).toBe(windows);
  });

  it('gives everything back by itself when it can, without a restart and without a word with the server', async () => {
    const refreshes = scene.server.requests.refresh_token;
    await leave(scene, display);
    await expect.poll(() => scene.account('lab'), { timeout: 15_000 }).toBe('active');
    expect(await scene.account('fresh')).toBe('active');
    expect(await scene.account('second')).toBe('signed_out never_signed_in');
    expect(await scene.keychainState()).toBe('unlocked');
    expect(await scene.run('token', 'lab')).toMatchObject({ status: 0, stdout: `${latest}\n` });
    expect(scene.server.requests.refresh_token).toBe(refreshes);

    const { env } = scene.keyring;
    expect(await lookup(env, 'keytray', 'second')).toBeUndefined();
    const { record } = storedAccount.parse(JSON.parse((await lookup(env, 'keytray', 'lab')) ?? 'null'));
    expect(record.access).toBe(latest);
    expect(await scene.server.isRevoked(record.refresh)).toBe(false);
    expect(existsSync(journal(scene))).toBe(false);
  });

  it('is told to the person once per lock, and taken back', async () => {
    const log = (await scene.keytray.log())
      .trim()
      .split('\n')
      .map((line) => z.looseObject({ msg: z.string() }).parse(JSON.parse(line)));
    const shown = log.filter(({ msg }) => msg === 'notice');
    expect(shown.map(({ title }) => title)).toEqual(noticed ? ['Keychain is locked', 'Keychain is locked'] : []);
    if (!noticed) return;
    expect(shown[0]?.body).toMatch(/^Unlock it to keep working after \d\d:\d\d\.$/);
    expect(shown[1]?.body).toBe('Unlock it to keep working.');
    expect(log.filter(({ msg }) => msg === 'notice withdrawn')).toHaveLength(1);
  });

  it('costs the account in memory nothing, and leaves no token in a file', async () => {
    const { normal, longest } = scene.times();
    process.stdout.write(
      `  an account in memory: normally ${normal.toFixed(1)} ms, at most ${longest.toFixed(1)} ms meanwhile\n`,
    );
    await scene.expectNothingPlain();
  });
});
