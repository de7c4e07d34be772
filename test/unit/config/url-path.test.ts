import { describe, expect, it } from 'vitest';
import { pathOfSegments, pathSegments } from '../../../core/config/url-path.ts';

describe('a path', () => {
  it.each<[string, readonly string[]]>([
    ['/', []],
    ['/acme/api.git', ['acme', 'api.git']],
    ['acme/api/', ['acme', 'api']],
    ['org/My%20Project/_git/repo', ['org', 'My Project', '_git', 'repo']],
    ['org/My Project/_git/repo', ['org', 'My Project', '_git', 'repo']],
    ['%6frg/%7euser', ['org', '~user']],
    ['caf%C3%A9', ['caf\u00e9']],
    ['cafe\u0301', ['caf\u00e9']],
    ['projects/group%2Fproject', ['projects', 'group/project']],
    ['100%25/100%', ['100%', '100%']],
    ['.github/a..b', ['.github', 'a..b']],
  ])('%s is read as what it means', (path, segments) => {
    expect(pathSegments(path)).toEqual(segments);
  });

  it.each([
    'acme/../api',
    'acme/./api',
    'acme//api',
    'acme/%2e%2E/api',
    'acme/..%2fapi',
    'acme/%2fapi',
    'acme\\api',
    'acme%5Capi',
    'acme?x',
    'acme%3Fx',
    'acme#x',
    'acme/%00',
    'acme/%0aapi',
    'acme/%252e%252e',
    'acme/a%2520b',
    'acme/%ff',
    'acme/a\u00a0b',
    'acme/a\u202eb',
  ])('%j is no path: two readers could take it for two', (path) => {
    expect(pathSegments(path)).toBeUndefined();
  });

  it.each([[[]], [['org', 'My Project']], [['projects', 'group/project', '@scope', 'a:b,c=d&e$f;g+h']], [['100%']]])(
    '%j is read as it was written',
    (segments) => {
      expect(pathSegments(pathOfSegments(segments))).toEqual(segments);
    },
  );

  it('is written as tools write it', () => {
    expect(pathOfSegments(['org', 'My Project', '@a', 'b/c'])).toBe('/org/My%20Project/@a/b%2Fc');
  });
});
