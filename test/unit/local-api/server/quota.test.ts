import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rarely } from '../../../../core/concurrency/rarely.ts';
import { KeytrayError } from '../../../../core/errors.ts';
import { defaultLimits, ownDescriptors } from '../../../../core/local-api/server/limits.ts';
import { Quota } from '../../../../core/local-api/server/quota.ts';
import { mostConnections } from '../../../../core/local-api/server/quotas.ts';

describe('Quota', () => {
  it('gives a process half, and others the rest', () => {
    const refused: number[] = [];
    const quota = new Quota({ what: 'waits', most: 4, refused: (pid) => refused.push(pid) });
    const release = quota.take(1);
    quota.take(1);
    expect(quota.hasRoom()).toBe(true);
    expect(() => quota.take(1)).toThrow('too many waits at once');
    quota.take(2);
    quota.take(3);
    expect(quota.withinShare(4)).toBe(true);
    expect(() => quota.take(4)).toThrow(KeytrayError);
    expect(refused).toEqual([1, 4]);
    release();
    release();
    quota.take(4);
    expect(() => quota.take(4)).toThrow(expect.objectContaining({ code: 'temporarily_unavailable', retryAfter: 1 }));
  });

  it('never gives more than there is, and forgets those who gave all back', () => {
    const taking = fc.record({ pid: fc.integer({ min: 0, max: 5 }), give: fc.boolean() });
    fc.assert(
      fc.property(fc.array(taking, { maxLength: 200 }), fc.integer({ min: 1, max: 12 }), (acts, most) => {
        const quota = new Quota({ what: 'things', most });
        const held: { pid: number; release: () => void }[] = [];
        for (const { pid, give } of acts) {
          if (give) held.pop()?.release();
          else if (quota.hasRoom() && quota.withinShare(pid)) held.push({ pid, release: quota.take(pid) });
          else expect(() => quota.take(pid)).toThrow(KeytrayError);
          expect(held.length).toBeLessThanOrEqual(most);
          expect(held.filter((one) => one.pid === pid).length).toBeLessThanOrEqual(Math.ceil(most / 2));
        }
        for (const { release } of held) release();
        for (let count = 0; count < Math.ceil(most / 2); count += 1) quota.take(9);
        expect(quota.withinShare(9)).toBe(false);
      }),
    );
  });
});

describe('the limits', () => {
  it('leave a place that can be made free, whatever holds the rest', () => {
    const { connections, waits, streams, helpers } = defaultLimits;
    expect(waits + streams + helpers).toBeLessThan(connections);
  });

  it('serve a thousand callers from one process', () => {
    expect(Math.ceil(defaultLimits.connections / 2)).toBeGreaterThanOrEqual(1000);
    expect(Math.ceil(defaultLimits.requests / 2)).toBeGreaterThanOrEqual(1000);
  });

  it('shrink with the descriptors there are', () => {
    expect(mostConnections(2048, undefined)).toBe(2048);
    expect(mostConnections(2048, 1_000_000)).toBe(2048);
    expect(mostConnections(2048, 1024)).toBe(1024 - ownDescriptors);
    expect(mostConnections(2048, 64)).toBe(1);
  });
});

describe('rarely', () => {
  it('reports at once, then once a minute, with what it passed over', () => {
    let now = 0;
    const reports: unknown[] = [];
    const report = rarely(
      (subject: string, passedOver) => reports.push([subject, passedOver]),
      () => now,
    );
    for (const subject of ['a', 'b', 'c']) report(subject);
    now = 60_000;
    report('d');
    report('e');
    expect(reports).toEqual([
      ['a', 0],
      ['d', 2],
    ]);
  });
});
