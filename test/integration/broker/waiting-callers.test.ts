import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';

const callers = 10_000;
const mebibyte = 1024 * 1024;

/** Bytes, once all callers wait: on a busy machine that takes its time, and grows until then. */
async function settledMemory(): Promise<number> {
  let last = process.memoryUsage.rss();
  for (let still = 0, look = 0; still < 3 && look < 100; look += 1) {
    await sleep(200);
    const now = process.memoryUsage.rss();
    still = Math.abs(now - last) < mebibyte ? still + 1 : 0;
    last = now;
  }
  return last;
}

describe('ten thousand callers who wait for one sign-in', () => {
  let lab: Laboratory;

  beforeEach(async () => {
    lab = await startLaboratory({ server: { accessTokenTtl: 3_600 } });
  });
  afterEach(() => lab.close());

  const waiting = () =>
    Array.from({ length: callers }, () =>
      lab.broker.token('lab', { wait: 120 }, { ...caller, signal: new AbortController().signal }),
    );

  it('are all answered when it ends, cost little, and are one notice and no browser', async () => {
    const before = process.memoryUsage.rss();
    const answers = waiting();
    const whileWaiting = await settledMemory();
    await sleep(500);
    const later = process.memoryUsage.rss();
    expect(lab.notices.shown).toHaveLength(1);
    expect(lab.browsers.opened).toEqual([]);
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    const tokens = new Set((await Promise.all(answers)).map((answer) => answer.access_token));
    expect(tokens.size).toBe(1);
    expect(lab.refreshes()).toBe(0);
    expect(lab.notices.open.size).toBe(0);
    const [grown, crept] = [(whileWaiting - before) / mebibyte, (later - whileWaiting) / mebibyte];
    process.stdout.write(`10,000 waiting callers: ${grown.toFixed(0)} MiB, then ${crept.toFixed(1)} MiB in 0.5 s\n`);
    // 16 KiB each would be a leak; waiting longer costs nothing.
    expect(grown).toBeLessThan(160);
    expect(crept).toBeLessThan(32);
  });

  it('are all told when it is cancelled', async () => {
    const answers = Promise.allSettled(waiting());
    await sleep(100);
    const started = await lab.broker.startLogin('lab', { user_agent: 'none' });
    lab.broker.cancelLogin(started.login_id);
    const reasons = (await answers).map((answer) => (answer.status === 'rejected' ? String(answer.reason) : 'served'));
    expect(new Set(reasons).size).toBe(1);
    expect(reasons[0]).toContain('lab needs a sign-in');
  });
});
