import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { examples, failureTables, presentedExample } from '../../../build/failure-tables.ts';
import { failures, fixes } from '../../../core/errors.ts';
import { knownErrors } from '../../../core/oauth/error-class.ts';

const tables = failureTables();
/** The cells of every row, without the heads. */
const rows = tables
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));
const rowsOf = (head: string): string[][] => {
  const start = rows.findIndex((row) => row.includes(head));
  const heads = rows.flatMap((_row, index) => (rows[index + 1]?.every((cell) => cell === '---') ? [index] : []));
  const end = heads.find((index) => index > start);
  return rows.slice(start + 2, end);
};

describe('docs/failures.md', () => {
  it('is what the code says (else: npm run schema)', () => {
    expect(readFileSync(new URL('../../../docs/failures.md', import.meta.url), 'utf8')).toBe(tables);
  });

  it('has every code, every cure and every known error of the protocol', () => {
    const first = rows.map(([cell = '']) => cell);
    for (const name of [...Object.keys(failures), ...fixes, ...knownErrors]) {
      expect(first.some((cell) => cell.startsWith(`\`${name}\``))).toBe(true);
    }
  });

  it.each(Object.entries(examples))('shows an account that is %s as just that', (reason, example) => {
    expect(presentedExample(example)).toMatchObject({ reason });
  });

  const pairs = ['the server says', 'seen', 'store'].flatMap((head) => rowsOf(head));

  it('has more than fifty failures that people meet', () => {
    expect(pairs.length).toBeGreaterThan(50);
  });

  it.each(pairs)('says of %s (%s) what happened and what to do', (_seen, code, happened, step) => {
    expect(code).toMatch(/^`[a-z_]+`, [1-8]$/);
    // One clause, which stands behind others: no full stop, no word of the protocol, no command.
    expect(happened).toMatch(/^[^`\n]*[^.]$/);
    expect(happened).not.toMatch(/[a-z]_[a-z]|keytray [a-z]|undefined/);
    expect(step).toMatch(/^[A-Z][^`]*(?:\.|: keytray [^ ].*)$/);
  });
});
