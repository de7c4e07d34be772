import { describe, expect, it } from 'vitest';
import { keyEnds } from '../../../../cli/api-keys/key-ends.ts';
import { reportByUser } from '../../../../cli/api-keys/key-report.ts';
import { formatKeys, keysCsv } from '../../../../cli/api-keys/key-table.ts';
import { formatCsv } from '../../../../cli/output/csv.ts';
import type { ApiKeyView } from '../../../../core/wire/api-key-schemas.ts';
import { accountView } from '../../../support/fake-broker.ts';

const now = Date.parse('2026-11-29T12:00:00.000Z');
const key = (id: string, rest: Partial<ApiKeyView> = {}): ApiKeyView => ({
  ...{ id, name: id, status: 'active', last_used_at: null, created_at: '2026-11-01T09:00:00.000Z' },
  expires_at: null,
  ...rest,
});

describe('comma-separated values', () => {
  it.each([
    ['plain', 'plain'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['two\nlines', 'two lines'],
    ['\t=1', "'=1"],
  ])('have %j as %s', (value, cell) => {
    expect(formatCsv(['a'], [[value]])).toBe(`a\n${cell}\n`);
  });

  it('have every field of a key', () => {
    const csv = keysCsv([key('k', { owner: 'kim', fingerprint: 'qk_a...z', accounts: ['q', 'q2'] })]);
    expect(csv.split('\n')[1]).toBe('k,k,qk_a...z,active,2026-11-01T09:00:00.000Z,,,kim,q q2');
  });
});

describe('the table of keys', () => {
  it('has columns for what the service tells', () => {
    const can = { expiry: true, last_use: true, fingerprint: true, revoke_by_secret: true };
    const keys = [key('k1', { expires_at: '2026-12-29T12:00:00.000Z' }), key('k2')];
    const table = formatKeys({ keys, can }, { now, columns: 200 });
    expect(table).toMatch(/NAME +ID +SHOWN AS +STATUS +CREATED +ENDS +LAST USED\n/);
    expect(table).toMatch(/2026-12-29 \(30 d\) +never/);
    const less = { ...can, fingerprint: false, last_use: false };
    expect(formatKeys({ keys, can: less }, { now, columns: 200 })).toMatch(/STATUS +CREATED +ENDS\n/);
  });
});

describe('what ends soon', () => {
  const quilt = accountView('quilt', { service: 'quilt', url: 'https://q', grant: 'api_key' });
  const ci = accountView('quilt@ci', { service: 'quilt', url: 'https://q', grant: 'api_key' });
  const days = (count: number): string => new Date(now + count * 86_400_000).toISOString();

  it('is each key once, under the account that has it, soonest first', () => {
    const keys = [
      key('late', { expires_at: days(30) }),
      key('soon', { expires_at: days(5), accounts: ['quilt@ci'] }),
      key('sooner', { expires_at: days(1.5) }),
      key('over', { expires_at: days(-1), status: 'expired' }),
      key('mine', { expires_at: days(-2), status: 'expired', accounts: ['quilt'] }),
      key('never'),
    ];
    const both = [quilt, ci].map((account) => ({ account, keys }));
    const ends = keyEnds(both, [quilt, { ...ci, expires_at: days(5) }], 14, now);
    expect(ends.map(({ account, id, days_left }) => [account, id, days_left])).toEqual([
      ['quilt', 'mine', -2],
      ['quilt', 'sooner', 1],
      ['quilt@ci', 'soon', 5],
    ]);
  });

  it("is an account's own key too, of any service", () => {
    const lab = accountView('lab', { grant: 'api_key', expires_at: days(2) });
    const person = accountView('github', { grant: 'authorization_code', expires_at: days(0.1) });
    expect(keyEnds([], [lab, person], 14, now)).toEqual([{ account: 'lab', expires_at: days(2), days_left: 2 }]);
  });
});

describe('the report by user', () => {
  it('counts active and expired ones, in the order of names', () => {
    const keys = [
      key('1', { owner: 'root' }),
      key('2', { owner: 'kim' }),
      key('3', { owner: 'kim', status: 'expired' }),
      key('4'),
    ];
    expect(reportByUser(keys)).toEqual([
      { owner: '', active: 1, expired: 0, total: 1 },
      { owner: 'kim', active: 1, expired: 1, total: 2 },
      { owner: 'root', active: 1, expired: 0, total: 1 },
    ]);
  });
});
