import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sitesIn } from '../../../build/failure-sites.ts';
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

  const own = rowsOf('said in');
  const commands = rows.slice(rows.findLastIndex((row) => row.includes('said in')) + 2);

  it('has what single places say', () => {
    expect(own.length).toBeGreaterThan(100);
    expect(commands.length).toBeGreaterThan(30);
  });

  it.each([...own, ...commands])('says in %s (%s) what happened and what to do', (_file, code, happened, step) => {
    expect(code).toMatch(/^(?:`[a-z_]+`, )?[1-8]$/);
    expect(happened).toMatch(/^\S[^\n]{1,160}[^.\s]$/);
    expect(step).toMatch(/^[A-Z0-9][^\n]{3,}$/);
    expect(`${happened} ${step}`).not.toMatch(/undefined|\[object|\$\{/);
  });
});

describe('a failure in words of its own', () => {
  it('is found with its code, its words and its cure', () => {
    const text = `
      const cure = { account: id, fix: 'sign_in' } as const;
      const what = \`\${settings.title} is gone\`;
      if (a) throw new KeytrayError('misconfigured', what, cure);
      if (b) throw new KeytrayError(c ? 'access_denied' : 'not_found', 'no ' + x);
      if (d) throw new KeytrayError(c ? 'access_denied' : 'not_found', \`no \${JSON.stringify(name)}\`, { advice: 'Try.' });
      throw usageFailure(\`not a port: \${text}\`, 'Write: 1');
    `;
    const file = 'core/x.ts';
    const no = { kind: 'failure', file, message: 'no "NAME"', account: false, fix: undefined, advice: 'Try.' };
    expect(sitesIn(file, text.replace(' as const', ''))).toEqual([
      { ...no, code: 'misconfigured', message: 'TITLE is gone', account: true, fix: 'sign_in', advice: undefined },
      { ...no, code: 'access_denied' },
      { ...no, code: 'not_found' },
      { kind: 'command', file, exit: 2, message: 'not a port: TEXT', hint: 'Write: 1' },
    ]);
  });
});
