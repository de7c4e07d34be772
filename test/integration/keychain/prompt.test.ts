import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { Secret } from '../../../core/secret.ts';
import type { LockedProbe, LockedState } from '../../../core/stores/keychain/locked-probe.ts';
import { type Keyring, lookup, password, startKeyring } from '../../support/keyring.ts';
import { type Display, startDisplay } from '../../support/prompter.ts';
import { waitFor } from '../../support/wait-for.ts';
import { HeldClock, type Opened, openStore, probeOver, textOf } from './fixture.ts';

/** The machine may be busy. */
const patience = { timeout: 10_000 };
/** Milliseconds; no other timer of the store has this length. */
const deadline = 19_999;

/** The real probe, whose first answer is overtaken: the keyring is locked right after it. */
class OvertakenProbe implements LockedProbe {
  readonly #probe: LockedProbe;
  #overtaken = false;

  constructor(env: Record<string, string>) {
    this.#probe = probeOver(env, new SystemClock());
  }

  async ask(): Promise<LockedState> {
    if (this.#overtaken) return await this.#probe.ask();
    this.#overtaken = true;
    return 'unlocked';
  }

  watch(changed: () => void): void {
    this.#probe.watch(changed);
  }

  close(): void {
    this.#probe.close();
  }
}

describe('the password window of the keyring', () => {
  let display: Display;
  let keyring: Keyring;
  const opened: Opened[] = [];

  beforeAll(async () => {
    display = await startDisplay();
  });
  afterAll(async () => {
    await display.stop();
  });
  beforeEach(async () => {
    keyring = await startKeyring({ display });
    const { store } = openStore(keyring.env);
    await store.write('lab', new Secret('value'));
    await store.close();
    await keyring.lock();
  });
  afterEach(async () => {
    for (const { store } of opened.splice(0)) await store.close();
    await keyring.stop();
    await waitFor('the end of the password window', async () => (await display.prompts()) === 0);
  });

  /**
   * The deadlines of a call run out only when the test says so: on a busy machine the window takes longer to come up
   * than any of them, and goes with the call that it belongs to.
   */
  function open(options: { readonly overtaken: boolean }): Opened & { readonly clock: HeldClock } {
    const probe = options.overtaken ? { probe: new OvertakenProbe(keyring.env) } : {};
    const clock = new HeldClock(deadline);
    const parts = openStore(keyring.env, { clock, callDeadline: deadline, startDeadline: deadline, ...probe });
    opened.push(parts);
    return { ...parts, clock };
  }

  it('is never opened by us for a keyring that is locked', async () => {
    const { store } = open({ overtaken: false });
    expect(await store.read('lab')).toEqual({ kind: 'locked' });
    expect(await store.write('lab', new Secret('other'))).toEqual({ kind: 'locked' });
    expect(await store.remove('lab')).toEqual({ kind: 'locked' });
    await sleep(500);
    expect(await display.prompts()).toBe(0);
  });

  it('left open by another program, is a locked keyring to us, and answered for us too', async () => {
    const other = lookup(keyring.env, 'keytray', 'lab');
    await display.prompted();
    const { store } = open({ overtaken: false });
    expect(await store.read('lab')).toEqual({ kind: 'locked' });
    await display.answer(password);
    expect(await other).toBe('value');
    await expect.poll(() => store.state(), patience).toBe('unlocked');
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('left open on a call of ours, costs that call its deadline, and the child its life', async () => {
    const { store, child, clock } = open({ overtaken: true });
    const read = store.read('lab');
    await display.prompted();
    const pid = child.pid;
    expect(pid).toBeTypeOf('number');
    expect(clock.waiting).toBe(1);
    clock.release();
    expect(await read).toEqual({ kind: 'locked' });
    expect(child.pid).toBeUndefined();
    await keyring.unlockWithSignal();
    await expect.poll(async () => textOf(await store.read('lab')), patience).toBe('value');
  });

  it('dismissed, is a locked keyring, not an empty one, and comes back for nobody', async () => {
    const { store } = open({ overtaken: true });
    const read = store.read('lab');
    await display.prompted();
    await display.dismiss();
    expect(await read).toEqual({ kind: 'locked' });
    expect(await store.read('never-written')).toEqual({ kind: 'locked' });
    await sleep(500);
    expect(await display.prompts()).toBe(0);
    await keyring.unlock();
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('answered, lets the call through', async () => {
    const { store } = open({ overtaken: true });
    const read = store.read('lab');
    await display.prompted();
    await display.answer(password);
    expect(textOf(await read)).toBe('value');
  });

  it('gone with the keyring service, is a service that is not there', async () => {
    const { store, clock } = open({ overtaken: true });
    const read = store.read('lab');
    await display.prompted();
    await keyring.stopService();
    // The call itself is not told.
    clock.release();
    expect((await read).kind).toBe('absent');
    await keyring.startService();
    await expect.poll(async () => textOf(await store.read('lab')), patience).toBe('value');
  });
});
