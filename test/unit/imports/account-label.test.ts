import { describe, expect, it } from 'vitest';
import { isAccountId } from '../../../core/config/account-id.ts';
import { freeId, idFor } from '../../../core/imports/account-label.ts';

describe('the id of an account that was found', () => {
  it.each([
    ['Prod EU', 'dataiku@prod-eu'],
    ['default', 'dataiku'],
    ['DEFAULT', 'dataiku'],
    ['..', 'dataiku'],
    ['', 'dataiku'],
    ['\u001b[31mred\u0007\u202e', 'dataiku@31mred'],
    ['x'.repeat(300), `dataiku@${'x'.repeat(40)}`],
    ['a@b', 'dataiku@a-b'],
    ['Ünïcode', 'dataiku@n-code'],
  ])('of %j is %s', (name, id) => {
    expect(idFor('dataiku', name)).toBe(id);
    expect(isAccountId(id)).toBe(true);
  });

  it('gets a label where it is taken, and never that of another', () => {
    expect(freeId('dataiku', new Set())).toBe('dataiku');
    expect(freeId('dataiku', new Set(['dataiku']))).toBe('dataiku@imported');
    expect(freeId('dataiku', new Set(['dataiku', 'dataiku@imported']))).toBe('dataiku@imported-2');
    expect(freeId('dataiku@a', new Set(['dataiku@a']))).toBe('dataiku@a-2');
    const long = `s@${'l'.repeat(62)}`;
    expect(freeId(long, new Set([long]))).toBe(`s@${'l'.repeat(60)}-2`);
  });
});
