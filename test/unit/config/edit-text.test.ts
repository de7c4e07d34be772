import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { insertAccount, removeAccountText } from '../../../core/config/edit-text.ts';

const fields = { service: 'oidc', issuer: 'https://b.example', scopes: ['openid', 'email'] };
const two = `# top
accounts:
    # all of them

    a:   # first
        service: oidc      # by hand
        client_id:  'x'

    # about b
    # and more
    b:
        service: github # last word
        client_id: y
# tail
reminder:   30
`;

describe('insertAccount', () => {
  it('keeps every byte of a block and takes its indentation', () => {
    const result = insertAccount(two, 'c', { service: 'github' });
    const at = two.indexOf('# tail');
    expect(result).toBe(`${two.slice(0, at)}    c:\n      service: github\n${two.slice(at)}`);
  });

  it.each([
    ['', 'accounts:\n  n:\n    service: oidc\n'],
    ['# mine', '# mine\naccounts:\n  n:\n    service: oidc\n'],
    ['reminder: 5\n', 'reminder: 5\naccounts:\n  n:\n    service: oidc\n'],
    ['accounts:\n  a:\n    service: oidc', 'accounts:\n  a:\n    service: oidc\n  n:\n    service: oidc\n'],
    [
      'accounts:\r\n  a:\r\n    service: oidc\r\n',
      'accounts:\r\n  a:\r\n    service: oidc\r\n  n:\r\n    service: oidc\r\n',
    ],
    ['accounts:\n  a: { service: oidc } # x\n', 'accounts:\n  a: { service: oidc } # x\n  n:\n    service: oidc\n'],
    ['accounts: {}\n', 'accounts:\n  n:\n    service: oidc\n'],
    ['accounts:\n', 'accounts:\n  n:\n    service: oidc\n'],
  ])('%j becomes %j', (before, after) => {
    expect(insertAccount(before, 'n', { service: 'oidc' })).toBe(after);
  });

  it.each([
    'accounts: { a: { service: oidc } } # flow\n',
    'accounts: # none yet\nreminder: 5 # often\n',
    '---\nreminder: 5 # often\n',
    '{ reminder: 5 }\n',
    'accounts:\n  a:\n    prompt: |\n      login\n',
    'accounts:\n  a:\n    prompt: login\n...\n',
  ])('adds to %j without losing anything', (before) => {
    const result = insertAccount(before, 'n', fields);
    const old = parse(before) as { accounts?: object };
    expect(parse(result)).toEqual({ ...old, accounts: { ...old.accounts, n: fields } });
    for (const comment of before.match(/# .*/g) ?? []) expect(result).toContain(comment);
  });

  it('quotes what YAML would read otherwise', () => {
    const odd = { client_id: '12e5', username: 'yes: no', audience: '# x', prompt: 'null' };
    expect(parse(insertAccount(two, 'n', odd)).accounts.n).toEqual(odd);
  });
});

describe('removeAccountText', () => {
  it('takes the account and the comments right above it, and nothing else', () => {
    const from = two.indexOf('    # about b');
    expect(removeAccountText(two, 'b')).toBe(two.slice(0, from) + two.slice(two.indexOf('# tail')));
  });

  it('keeps what stands above the first account, and the comments of the next', () => {
    const result = removeAccountText(two, 'a');
    expect(result).toBe(two.slice(0, two.indexOf('    a:')) + two.slice(two.indexOf("'x'\n") + 4));
  });

  it('undoes insertAccount', () => {
    expect(removeAccountText(insertAccount(two, 'c', fields), 'c')).toBe(two);
  });

  it('removes from brackets', () => {
    const result = removeAccountText('accounts: { a: { service: oidc }, b: {} } # x\n', 'a');
    expect(parse(result)).toEqual({ accounts: { b: {} } });
    expect(result).toContain('# x');
  });

  it('leaves the text alone where there is no such account', () => {
    expect(removeAccountText(two, 'zzz')).toBe(two);
  });
});
