import { describe, expect, it } from 'vitest';
import { parseHostPattern } from '../../../core/config/host-pattern.ts';
import { type HostRequest, matchAccounts } from '../../../core/helpers/host-match.ts';
import { type FakeAccount, fakeAccount } from '../../support/fake-helper-broker.ts';

/** The id of the one, or all ids of an ambiguous match, or `none`. */
function matched(request: Partial<HostRequest>, served: readonly FakeAccount[]): string | readonly string[] {
  const match = matchAccounts({ protocol: 'https', host: 'git.example', ...request }, served);
  switch (match.kind) {
    case 'one':
      return match.account.id;
    case 'ambiguous':
      return match.accounts.map((account) => account.id);
    case 'none':
      return 'none';
  }
}

const listing = (...hosts: string[]) => [fakeAccount('lab', hosts)];

describe('host and port', () => {
  it.each([
    ['git.example', 'git.example', 'https'],
    ['git.example', 'GIT.Example', 'https'],
    ['GIT.example', 'git.example', 'https'],
    ['git.example', 'git.example:443', 'https'],
    ['git.example:443', 'git.example', 'https'],
    ['git.example:80', 'git.example', 'http'],
    ['git.example:8443', 'git.example:8443', 'https'],
    ['[::1]:3000', '[0:0::1]:3000', 'http'],
    ['bücher.example', 'xn--bcher-kva.example', 'https'],
    ['xn--bcher-kva.example', 'Bücher.example', 'https'],
  ])('%s answers %s over %s', (pattern, host, protocol) => {
    expect(matched({ host, protocol }, listing(pattern))).toBe('lab');
  });

  it.each([
    ['git.example', 'git.example:8443', 'https'],
    ['git.example:8443', 'git.example', 'https'],
    ['git.example:443', 'git.example', 'http'],
    ['git.example', 'git.example:80', 'https'],
    ['git.example', 'evil.git.example', 'https'],
    ['git.example', 'git.example.evil', 'https'],
    ['git.example', 'git-example', 'https'],
    ['git.example', '%67it.example', 'https'],
    ['git.example', 'git.example.', 'https'],
    ['*.example', 'git.example', 'https'],
    ['*', 'git.example', 'https'],
    ['', '', 'https'],
  ])('%j does not answer %j over %s', (pattern, host, protocol) => {
    expect(matched({ host, protocol }, listing(pattern))).toBe('none');
  });
});

describe('paths', () => {
  it.each([
    ['git.example', 'acme/api.git'],
    ['git.example/*', 'acme/api.git'],
    ['git.example/acme/*', 'acme/api.git'],
    ['git.example/acme/*', '/acme/api.git'],
    ['git.example/acme/*', 'acme/group/api.git'],
    ['git.example/acme', 'acme/api.git'],
    ['git.example/acme/api', 'acme/api'],
    ['git.example/acme/api', 'acme/api.git'],
    ['git.example/acme/api.git', 'acme/api.git'],
    ['git.example/acme/api', 'acme/api.git/info/lfs'],
    ['git.example/acme/*', 'acme/api/'],
  ])('%s answers for %s', (pattern, path) => {
    expect(matched({ path }, listing(pattern))).toBe('lab');
  });

  it.each([
    ['git.example/acme/*', 'acme-evil/api.git'],
    ['git.example/acme/*', 'acme'],
    ['git.example/acme/*', 'Acme/api.git'],
    ['git.example/acme/*', 'other/acme/api.git'],
    ['git.example/acme/*', 'acme/../other/api.git'],
    ['git.example/acme/*', 'acme/./api.git'],
    ['git.example/acme/*', 'acme//api.git'],
    ['git.example/acme/*', 'acme\\..\\other/api.git'],
    ['git.example/acme/*', 'acme/%2e%2e/other/api.git'],
    ['git.example/acme/api', 'acme/api-evil.git'],
    ['git.example/ac*', 'acme/api.git'],
    ['git.example/*/api', 'acme/api'],
  ])('%s does not answer for %s', (pattern, path) => {
    expect(matched({ path }, listing(pattern))).toBe('none');
  });

  it('leaves an odd path to an account that has the whole host', () => {
    expect(matched({ path: 'acme/../other' }, listing('git.example'))).toBe('lab');
  });

  it('leaves an odd path to nobody where another account lists a part of the host, whoever is named', () => {
    const both = [fakeAccount('lab@home', ['git.example']), fakeAccount('lab@work', ['git.example/acme/*'])];
    expect(matched({ path: 'acme/../other' }, both)).toEqual(['lab@home', 'lab@work']);
    expect(matched({ path: 'acme/../other', username: 'work' }, both)).toEqual(['lab@home', 'lab@work']);
    expect(matched({ path: 'acme/../other', username: 'home' }, both)).toBe('lab@home');
  });

  it.each(['git.example/org/My%20Project/*', 'git.example/org/My Project/*'])(
    '%s answers before a pattern for all of org, however the tool writes the path',
    (pattern) => {
      const both = [fakeAccount('lab@a', [pattern]), fakeAccount('lab@b', ['git.example/org/*'])];
      expect(matched({ path: 'org/My Project/_git/repo' }, both)).toBe('lab@a');
      expect(matched({ path: '/org/My%20Project/_git/repo' }, both)).toBe('lab@a');
      expect(matched({ path: 'org/My%2520Project/_git/repo' }, both)).toBe('none');
      expect(matched({ path: 'org/MyProject/_git/repo' }, both)).toBe('lab@b');
    },
  );

  it('answers without a path when exactly one account lists the host', () => {
    expect(matched({}, listing('git.example/acme/*', 'git.example/other/*'))).toBe('lab');
    expect(matched({ path: '' }, listing('git.example/acme/*'))).toBe('lab');
  });
});

describe('several accounts', () => {
  const whole = fakeAccount('lab@home', ['git.example'], { username: 'ada' });
  const acme = fakeAccount('lab@work', ['git.example/acme/*']);
  const api = fakeAccount('lab@api', ['git.example/acme/api']);

  it.each([
    ['acme/api.git', 'lab@api'],
    ['acme/web.git', 'lab@work'],
    ['other/web.git', 'lab@home'],
  ])('the most specific path wins: %s', (path, id) => {
    expect(matched({ path }, [whole, acme, api])).toBe(id);
  });

  it('a user name does not beat a more specific path', () => {
    expect(matched({ path: 'acme/web.git', username: 'home' }, [whole, acme])).toBe('lab@work');
  });

  it('is ambiguous without a path', () => {
    expect(matched({}, [whole, acme])).toEqual(['lab@home', 'lab@work']);
  });

  it('is ambiguous between equally specific paths', () => {
    const twin = fakeAccount('lab@twin', ['git.example/acme/*']);
    expect(matched({ path: 'acme/web.git' }, [whole, acme, twin])).toEqual(['lab@work', 'lab@twin']);
  });

  it.each([
    ['a label', 'work', 'lab@work'],
    ['an id', 'lab@home', 'lab@home'],
    ['a user name', 'ada', 'lab@home'],
  ])('%s in the URL names one', (_, username, id) => {
    expect(matched({ username }, [whole, acme])).toBe(id);
  });

  it.each(['', 'nobody', 'oauth2', 'lab'])('user name %j names none of them', (username) => {
    const third = fakeAccount('lab@third', ['git.example']);
    expect(matched({ username }, [acme, third])).toEqual(['lab@work', 'lab@third']);
  });

  const ada = fakeAccount('lab@one', ['git.example'], { people: ['Ada', 'ada@lab.example', 'sub-1'] });
  const grace = fakeAccount('lab@two', ['git.example'], { people: ['grace', 'grace@lab.example', 'sub-2'] });

  it.each([
    ['a name', 'ada', 'lab@one'],
    ['an address', 'Grace@lab.example', 'lab@two'],
    ['a subject', 'sub-2', 'lab@two'],
  ])('%s of the person who is signed in names one', (_, username, id) => {
    expect(matched({ username }, [ada, grace])).toBe(id);
  });

  it('a name that two people have names neither, and what the configuration says goes first', () => {
    const twin = fakeAccount('lab@twin', ['git.example'], { people: ['ada'] });
    expect(matched({ username: 'ada' }, [ada, grace, twin])).toEqual(['lab@one', 'lab@two', 'lab@twin']);
    const labelled = fakeAccount('lab@ada', ['git.example']);
    expect(matched({ username: 'ada' }, [ada, grace, labelled])).toBe('lab@ada');
  });

  it('a user name that is not known does not keep the only account from answering', () => {
    expect(matched({ username: 'somebody' }, [acme])).toBe('lab@work');
  });
});

describe('patterns', () => {
  it('are undefined where they are none', () => {
    for (const text of ['', '/acme/*', 'https://git.example', 'git.example//x', 'git.example/a*/x', 'a b']) {
      expect(parseHostPattern(text)).toBeUndefined();
    }
  });

  it('tell the prefix from the star', () => {
    expect(parseHostPattern('Git.example:8443/acme/team/*')).toEqual({
      host: 'git.example',
      port: 8443,
      prefix: ['acme', 'team'],
      below: true,
    });
  });
});
