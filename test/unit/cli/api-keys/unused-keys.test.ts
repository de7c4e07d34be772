import { afterEach, describe, expect, it } from 'vitest';
import { auditQuery, unusedKeys } from '../../../../cli/api-keys/unused-keys.ts';
import type { ApiKeyView } from '../../../../core/wire/api-key-schemas.ts';

const key = (id: string, created_at: string | null, last_used_at: string | null): ApiKeyView => ({
  ...{ id, name: id, status: 'active', expires_at: null },
  created_at,
  last_used_at,
});

const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Kiritimati', 'Asia/Kathmandu'];
const timeZone = process.env.TZ;
afterEach(() => {
  if (timeZone === undefined) delete process.env.TZ;
  else process.env.TZ = timeZone;
});

describe.each(zones)('keys nobody uses, asked for in %s', (zone) => {
  const ask = (now: string, ...keys: readonly ApiKeyView[]) => {
    process.env.TZ = zone;
    return unusedKeys(keys, 90, Date.parse(now)).map((one) => [one.key.id, one.days]);
  };

  it('are those whose last use is exactly as long ago, to the second', () => {
    const created = '2020-01-01T00:00:00.000Z';
    const found = ask(
      '2026-06-01T00:00:00.000Z',
      key('just', created, '2026-03-03T00:00:00.000Z'),
      key('not yet', created, '2026-03-03T00:00:01.000Z'),
    );
    expect(found).toEqual([['just', 90]]);
  });

  it('are the same on the days on which clocks are changed', () => {
    const day = ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01'];
    for (const changed of day) {
      const now = `${changed}T12:00:00.000Z`;
      const before = new Date(Date.parse(now) - 90 * 86_400_000).toISOString();
      const later = new Date(Date.parse(before) + 1_000).toISOString();
      expect(ask(now, key('used', before, before), key('later', before, later))).toEqual([['used', 90]]);
    }
  });

  it('count from their creation where they were never used', () => {
    const now = '2026-11-29T00:00:00.000Z';
    const found = ask(
      now,
      key('old', '2026-01-01T00:00:00.000Z', null),
      key('young', '2026-11-01T00:00:00.000Z', null),
      key('unknown', null, null),
    );
    expect(found).toEqual([['old', 332]]);
  });

  it('are asked for by days in UTC', () => {
    process.env.TZ = zone;
    const sql = auditQuery(30, Date.parse('2026-11-29T23:30:00.000Z'));
    expect(sql).toContain("date BETWEEN '2026/10/30' AND '2026/11/29'");
    expect(sql).toContain('FROM audit_trail');
    expect(sql).not.toContain('undefined');
  });
});
