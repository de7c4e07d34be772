import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { HandOutGate } from '../../../core/hand-out/hand-out-gate.ts';
import type { LockNote } from '../../../core/hand-out/lock-note.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** The disk, as long as the test. */
class Note implements LockNote {
  state: 'locked' | 'unlocked' = 'unlocked';
  works = true;

  read(): 'locked' | 'unlocked' {
    return this.state;
  }

  async write(state: 'locked' | 'unlocked'): Promise<void> {
    if (!this.works) throw new KeytrayError('misconfigured', 'no space left');
    this.state = state;
  }
}

function gateOf({ clock = new ManualClock(), note = new Note() } = {}) {
  const told: string[] = [];
  const gate: HandOutGate = new HandOutGate(clock, () => told.push(gate.state.kind), note);
  return { gate, clock, told, note };
}

function refusal(gate: HandOutGate): KeytrayError | undefined {
  try {
    gate.check('lab');
    return undefined;
  } catch (error) {
    if (error instanceof KeytrayError) return error;
    throw error;
  }
}

const quarter = 15 * 60_000;

describe('the gate of hand-outs', () => {
  it('is open', () => {
    const { gate } = gateOf();
    expect([gate.state.kind, refusal(gate)]).toEqual(['open', undefined]);
  });

  it('refuses while it is paused, says until when, and opens by itself', () => {
    const { gate, clock, told } = gateOf();
    gate.pause(quarter);
    expect(gate.state).toEqual({ kind: 'paused', until: clock.now() + quarter });
    expect(refusal(gate)).toMatchObject({ code: 'temporarily_unavailable', account: 'lab', retryAfter: 900 });
    clock.advance(quarter - 1_000);
    expect(refusal(gate)).toMatchObject({ retryAfter: 1 });
    clock.advance(1_000);
    expect(refusal(gate)).toBeUndefined();
    expect(told).toEqual(['paused', 'open']);
  });

  it('counts the time the machine sleeps', () => {
    const { gate, clock } = gateOf();
    gate.pause(quarter);
    clock.sleep(quarter);
    expect(refusal(gate)).toBeUndefined();
  });

  it('stays locked until it is opened, also after a pause that ended meanwhile', async () => {
    const { gate, clock, told } = gateOf();
    gate.pause(quarter);
    await gate.lock();
    clock.advance(2 * quarter);
    expect(refusal(gate)).toMatchObject({ code: 'keychain_locked' });
    await gate.open();
    await gate.open();
    expect([refusal(gate), told]).toEqual([undefined, ['paused', 'locked', 'open']]);
  });

  it('is not unlocked by pausing, by the end of a pause or by resuming: any program can click the menu', async () => {
    const { gate, clock } = gateOf();
    await gate.lock();
    gate.pause(quarter);
    clock.advance(2 * quarter);
    gate.resume();
    expect(refusal(gate)).toMatchObject({ code: 'keychain_locked' });
  });

  it('resumes after a pause', () => {
    const { gate } = gateOf();
    gate.pause(quarter);
    gate.resume();
    expect(refusal(gate)).toBeUndefined();
  });

  it('is locked again in the next process, until somebody unlocks; a pause is not remembered', async () => {
    const note = new Note();
    const before = gateOf({ note }).gate;
    before.pause(quarter);
    expect(note.state).toBe('unlocked');
    await before.lock();
    const after = gateOf({ note });
    expect(after.gate.state.kind).toBe('open');
    after.gate.restore();
    expect([after.gate.state.kind, after.told]).toEqual(['locked', ['locked']]);
    await after.gate.open();
    const last = gateOf({ note }).gate;
    last.restore();
    expect(last.state.kind).toBe('open');
  });

  it('locks although that cannot be remembered, and says so', async () => {
    const { gate, note } = gateOf();
    note.works = false;
    await expect(gate.lock()).rejects.toMatchObject({ code: 'misconfigured' });
    expect(refusal(gate)).toMatchObject({ code: 'keychain_locked' });
  });
});
