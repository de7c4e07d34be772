import { describe, expect, it } from 'vitest';
import { CommandFailure, describeFailure, formatFailure } from '../../../cli/failure.ts';
import { type FailureCode, failures, KeytrayError } from '../../../core/errors.ts';

const codes = Object.keys(failures) as FailureCode[];

describe('describeFailure', () => {
  it.each(codes)('%s: its exit status, one line what, one line what to do', (code) => {
    for (const account of [undefined, 'github@work']) {
      const report = describeFailure(new KeytrayError(code, 'it broke', account === undefined ? {} : { account }));
      expect(report.exit).toBe(failures[code].exit);
      expect(report.what).not.toBe('');
      expect(report.hint).not.toBe('');
      expect(`${report.what}${report.hint}`).not.toContain('\n');
    }
  });

  it('names the command that helps', () => {
    const report = describeFailure(
      new KeytrayError('login_required', 'GitHub (work) needs a sign-in', { account: 'github@work' }),
    );
    expect(formatFailure(report, undefined, false)).toBe(
      'keytray: GitHub (work) needs a sign-in\n  Sign in: keytray login github@work\n',
    );
  });

  it('says when to try again, where the server does', () => {
    const error = new KeytrayError('temporarily_unavailable', 'rate limited', { retryAfter: 30 });
    expect(describeFailure(error).hint).toBe('Try again in 30 s.');
  });

  it('keeps what a server says on one line and harmless', () => {
    expect(describeFailure(new KeytrayError('internal_error', 'a\nb\u001b[2J')).what).toBe('a b [2J');
  });

  it('is unexpected, status 1, for anything else', () => {
    expect(describeFailure(new TypeError('x is not a function')).exit).toBe(1);
    expect(describeFailure('thrown text').exit).toBe(1);
    expect(describeFailure(new CommandFailure(126, 'w', 'h')).exit).toBe(126);
  });

  it('shows the stack only to those who ask', () => {
    const error = new Error('inside');
    const report = describeFailure(error);
    expect(formatFailure(report, error, false)).not.toContain('failure.test.ts');
    expect(formatFailure(report, error, true)).toContain('failure.test.ts');
  });
});
