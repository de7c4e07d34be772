import { describe, expect, it } from 'vitest';
import { pause, within } from '../../../core/concurrency/pause.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const gone = { code: 'temporarily_unavailable', message: 'the caller has gone' };

/** What has become of it by now. */
async function stateOf(work: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  const turn = new Promise<'pending'>((resolve) => setImmediate(() => resolve('pending')));
  return await Promise.race([work.then(() => 'resolved' as const).catch(() => 'rejected' as const), turn]);
}

/** Listeners that are left on the signal of a caller who stays for many calls. */
function watched(): { readonly signal: AbortSignal; readonly listeners: Set<unknown> } {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  signal.addEventListener = (name: string, listener: unknown, ...rest: unknown[]) => {
    listeners.add(listener);
    Reflect.apply(addEventListener, signal, [name, listener, ...rest]);
  };
  signal.removeEventListener = (name: string, listener: unknown, ...rest: unknown[]) => {
    if (name === 'abort') listeners.delete(listener);
    Reflect.apply(removeEventListener, signal, [name, listener, ...rest]);
  };
  return { signal, listeners };
}

describe('a pause', () => {
  it('ends when its time is over, and not before', async () => {
    const clock = new ManualClock();
    const pausing = pause(clock, 1_000, new AbortController().signal);
    clock.advance(999);
    expect(await stateOf(pausing)).toBe('pending');
    clock.advance(1);
    expect(await stateOf(pausing)).toBe('resolved');
  });

  it('of less than nothing is over at once', async () => {
    const clock = new ManualClock();
    const pausing = pause(clock, -5_000, new AbortController().signal);
    expect(clock.untilNextTimer).toBe(0);
    clock.advance(0);
    expect(await stateOf(pausing)).toBe('resolved');
  });

  it('does not begin for a caller who has gone', async () => {
    const clock = new ManualClock();
    await expect(pause(clock, 1_000, AbortSignal.abort())).rejects.toMatchObject(gone);
    expect(clock.untilNextTimer).toBeUndefined();
  });

  it('ends with its caller, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const caller = new AbortController();
    const pausing = pause(clock, 1_000, caller.signal);
    caller.abort();
    await expect(pausing).rejects.toMatchObject(gone);
    expect(clock.untilNextTimer).toBeUndefined();
  });

  it('leaves nothing on the signal of a caller who stays', async () => {
    const clock = new ManualClock();
    const { signal, listeners } = watched();
    const pausing = pause(clock, 1_000, signal);
    expect(listeners.size).toBe(1);
    clock.advance(1_000);
    await pausing;
    expect(listeners.size).toBe(0);
  });
});

describe('work with a time limit', () => {
  it('gives its result, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    expect(await within(clock, 1_000, new AbortController().signal, Promise.resolve('done'))).toBe('done');
    expect(clock.untilNextTimer).toBeUndefined();
  });

  it('gives nothing where it takes longer', async () => {
    const clock = new ManualClock();
    const waiting = within(clock, 1_000, new AbortController().signal, new Promise(() => undefined));
    clock.advance(999);
    expect(await stateOf(waiting)).toBe('pending');
    clock.advance(1);
    expect(await waiting).toBeUndefined();
  });

  it('fails as the work fails, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const failing = within(clock, 1_000, new AbortController().signal, Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(clock.untilNextTimer).toBeUndefined();
  });

  it('is given up with its caller', async () => {
    const clock = new ManualClock();
    const caller = new AbortController();
    const waiting = within(clock, 1_000, caller.signal, new Promise(() => undefined));
    caller.abort();
    await expect(waiting).rejects.toMatchObject(gone);
    expect(clock.untilNextTimer).toBeUndefined();
  });
});
