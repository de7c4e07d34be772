import { describe, expect, it } from 'vitest';
import { parseStartTime } from '../../../core/platform/process-identity.ts';

const fields = 'S 1 41 41 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 987654 1000 200 18446744073709551615';

describe('the start time in /proc/PID/stat', () => {
  it('is the 22nd field', () => {
    expect(parseStartTime(`41 (git) ${fields}\n`)).toBe(987_654);
  });

  it('is found behind a program whose name looks like fields', () => {
    expect(parseStartTime(`41 (a) S 1 (b) ) ${fields}\n`)).toBe(987_654);
    expect(parseStartTime(`41 (new\nline) ${fields}\n`)).toBe(987_654);
  });

  it.each(['', '41 (git', '41 (git) S 1', `41 (git) ${fields.replace('987654', 'x')}`])('is unknown in %j', (text) => {
    expect(parseStartTime(text)).toBeUndefined();
  });
});
