import { describe, expect, it } from 'vitest';
import { accountIdLength, accountIdPattern } from '../../../core/config/account-id.ts';
import { channelOf, eventChannel, listeningChannel, methods } from '../../../ipc/channels.ts';
import { contract } from '../../../ipc/contract.ts';

const accepts = (method: keyof typeof contract, request: unknown): boolean =>
  contract[method].request.safeParse(request).success;

describe('the contract between pages and main process', () => {
  it('has every name once, with a channel of its own', () => {
    expect([...methods].sort()).toEqual(Object.keys(contract).sort());
    const channels = [...methods.map(channelOf), eventChannel, listeningChannel];
    expect(new Set(channels).size).toBe(channels.length);
  });

  it('knows accounts by the same ids as the core', () => {
    const ids = ['lab', 'gitlab@work', 'a.b_c-d@e', '@work', 'Lab', 'a@b@c', 'a b', '', '../x', 'a\n', 'é'];
    const long = ['a'.repeat(accountIdLength), 'a'.repeat(accountIdLength + 1)];
    for (const account of [...ids, ...long]) {
      const known = account.length <= accountIdLength && accountIdPattern.test(account);
      expect([account, accepts('account', { account })]).toEqual([account, known]);
    }
  });

  it('takes nothing where nothing is asked, and no key it does not know', () => {
    expect(accepts('status', undefined)).toBe(true);
    expect(accepts('status', {})).toBe(false);
    expect(accepts('account', { account: 'lab', admin: true })).toBe(false);
    for (const method of methods) expect([method, accepts(method, { admin: true })]).toEqual([method, false]);
  });

  it('lets pages open only what it names, never an address of their own', () => {
    expect(accepts('openExternal', { target: 'registration', service: 'github' })).toBe(true);
    expect(accepts('openExternal', { target: 'registration', service: 'github', url: 'https://evil.example' })).toBe(
      false,
    );
    expect(accepts('openExternal', { target: 'field', loginId: 'l1', field: 'code' })).toBe(true);
    expect(accepts('openExternal', { target: 'url', url: 'https://evil.example' })).toBe(false);
    expect(accepts('openExternal', 'https://evil.example')).toBe(false);
  });

  it('takes one line where a line goes into a file', () => {
    const added = { account: 'lab', service: 'oidc' };
    expect(accepts('addAccount', { ...added, clientId: 'keytray' })).toBe(true);
    expect(accepts('addAccount', { ...added, clientId: 'key\ntray: x' })).toBe(false);
    expect(accepts('addAccount', { ...added, issuer: 'login.example' })).toBe(false);
    expect(accepts('setBrowser', { account: 'lab', browser: 'firefox\u0000' })).toBe(false);
    expect(accepts('setBrowser', { account: 'lab', browser: null })).toBe(true);
    expect(accepts('editServes', { account: 'lab', family: 'git', hosts: ['a\nb'] })).toBe(false);
    expect(accepts('editServes', { account: 'lab', family: '__proto__', hosts: [] })).toBe(false);
  });

  it('bounds what a page can make the main process hold', () => {
    const hosts = Array.from({ length: 201 }, (_, index) => `h${index}.example`);
    expect(accepts('editServes', { account: 'lab', family: 'git', hosts })).toBe(false);
    expect(accepts('copyText', { text: 'x'.repeat(16_385) })).toBe(false);
    expect(accepts('unlockStore', { passphrase: 'x'.repeat(1_025), create: false })).toBe(false);
    expect(accepts('setReminder', { minutes: 0 })).toBe(false);
    expect(accepts('setReminder', { minutes: 1.5 })).toBe(false);
  });
});
