import { describe, expect, it } from 'vitest';
import { ownerOf, servedHosts, sharedHosts } from '../../../../core/setup/engine/served.ts';
import { serving } from '../setup-context.ts';

const accounts = [
  serving('work', { docker: ['R.example/a/*', 'r.example/b'], cargo: ['c.example/work/*', '127.0.0.1:8080'] }),
  serving('home', { docker: ['r.example/a/*', '[::1]:5000'], cargo: ['c.example/home/*', 'https://odd'] }),
];

describe('served hosts', () => {
  it('are listed once per path, in the form tools compare', () => {
    expect(servedHosts(accounts, 'docker').map(({ host, path, accounts: ids }) => [host, path, ...ids])).toEqual([
      ['r.example', '/a', 'work', 'home'],
      ['r.example', '/b', 'work'],
      ['[::1]:5000', '', 'home'],
    ]);
    expect(servedHosts(accounts, 'cargo').map(({ host }) => host)).not.toContain('https://odd');
    expect(servedHosts(accounts, 'npm')).toEqual([]);
  });

  it('are shared by what the tool tells of an address', () => {
    expect(sharedHosts(accounts, 'docker', 'host')).toEqual([
      expect.stringMatching(/^work, home all serve r\.example,/),
    ]);
    expect(sharedHosts(accounts, 'docker', 'path')).toEqual([expect.stringMatching(/ serve r\.example\/a,/)]);
    expect(sharedHosts(accounts, 'cargo', 'path')).toEqual([]);
  });

  it.each([
    ['https://c.example/work/index/', 'work'],
    ['https://c.example:443/home/index', 'home'],
    ['http://127.0.0.1:8080/index', 'work'],
    ['https://c.example/', undefined],
    ['https://c.example.evil/work/x', undefined],
    ['https://a@c.example/work/x', undefined],
    ['https://c.example\\@evil/work/x', undefined],
    ['ssh://c.example/work/x', undefined],
    ['', undefined],
  ])('%s belongs to %s', (url, account) => {
    const owner = ownerOf(url, accounts, 'cargo');
    expect(owner.kind === 'one' ? owner.account : undefined).toBe(account);
  });
});
