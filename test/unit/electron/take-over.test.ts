import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import type { Clock, Timer } from '../../../core/ports.ts';
import type { StatusView } from '../../../core/wire/schemas.ts';
import { takeOver } from '../../../electron/take-over.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Time passes as soon as everybody waits. */
class HastyClock extends ManualClock implements Clock {
  override after(ms: number, run: () => void): Timer {
    const waiting = setImmediate(() => {
      this.advance(ms);
      run();
    });
    return { cancel: () => clearImmediate(waiting) };
  }
}

const stays = new AbortController().signal;

function scene(kind: StatusView['kind'], roundsUntilFree: number) {
  let asked = 0;
  let rounds = 0;
  return {
    asked: () => asked,
    rounds: () => rounds,
    host: {
      listen: async () => {
        rounds += 1;
        return rounds > roundsUntilFree ? ('listening' as const) : ('already_running' as const);
      },
    },
    agent: {
      status: async () => {
        if (kind === 'agent' && asked > 0) throw new KeytrayError('no_broker', 'it is ending');
        return { kind } as StatusView;
      },
      handover: async () => {
        asked += 1;
      },
    },
  };
}

describe('taking over', () => {
  it('asks nobody where nobody listens', async () => {
    const { host, agent, asked } = scene('agent', 0);
    expect(await takeOver(host, agent, new HastyClock(), stays)).toBe('listening');
    expect(asked()).toBe(0);
  });

  it('waits until an agent has drained', async () => {
    const { host, agent, asked } = scene('agent', 50);
    expect(await takeOver(host, agent, new HastyClock(), stays)).toBe('listening');
    expect(asked()).toBe(1);
  });

  it('asks no other desktop app', async () => {
    const { host, agent, asked } = scene('desktop', 50);
    expect(await takeOver(host, agent, new HastyClock(), stays)).toBe('other_desktop');
    expect(asked()).toBe(0);
  });

  it('gives up in the end, and at once when it is told to', async () => {
    const { host, agent, rounds } = scene('agent', Number.POSITIVE_INFINITY);
    expect(await takeOver(host, agent, new HastyClock(), stays)).toBe('refused');
    expect(rounds()).toBeGreaterThan(100);
    const other = scene('agent', Number.POSITIVE_INFINITY);
    expect(await takeOver(other.host, other.agent, new HastyClock(), AbortSignal.abort())).toBe('left');
    expect(other.rounds()).toBe(1);
  });

  it('waits no longer for one that is stopped, and accepts connections without a word', async () => {
    const { host } = scene('agent', Number.POSITIVE_INFINITY);
    const silent = { status: () => new Promise<never>(() => undefined), handover: async () => undefined };
    const clock = new HastyClock();
    const begun = clock.monotonic();
    expect(await takeOver(host, silent, clock, stays)).toBe('refused');
    expect(clock.monotonic() - begun).toBeLessThan(50_000);
    const leaving = new AbortController();
    const left = takeOver(host, silent, new ManualClock(), leaving.signal);
    setImmediate(() => leaving.abort());
    expect(await left).toBe('left');
  });
});
