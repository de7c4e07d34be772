import { describe, expect, it } from 'vitest';
import { parseHost } from '../../../core/config/host.ts';

describe('reading a host', () => {
  it.each([
    ['GitHub.com', 'github.com', undefined],
    ['git.example:8443', 'git.example', 8443],
    ['127.0.0.1:18082', '127.0.0.1', 18082],
    ['[::1]', '[::1]', undefined],
    ['[0:0:0:0:0:0:0:1]:3000', '[::1]', 3000],
    ['[2001:DB8::1]', '[2001:db8::1]', undefined],
    ['localhost', 'localhost', undefined],
    ['under_score.example', 'under_score.example', undefined],
    ['bücher.example', 'xn--bcher-kva.example', undefined],
    ['BÜCHER.example', 'xn--bcher-kva.example', undefined],
    ['bu\u0308cher.example', 'xn--bcher-kva.example', undefined],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', undefined],
  ])('%s', (text, host, port) => {
    expect(parseHost(text)).toEqual({ host, port });
  });

  it.each([
    ['nothing', ''],
    ['percent-encoding', '%67ithub.com'],
    ['a user name', 'github.com@evil.example'],
    ['a path', 'github.com/evil'],
    ['a trailing dot', 'github.com.'],
    ['an empty label', 'github..com'],
    ['white space', 'github.com evil'],
    ['an escape character', 'github.com\u001b[2J'],
    ['a wildcard', '*.github.com'],
    ['a short IPv4 address', '127.1'],
    ['a hexadecimal IPv4 address', '0x7f.0.0.1'],
    ['a decimal IPv4 address', '2130706433'],
    ['an IPv4 address with too much', '127.0.0.1.5'],
    ['IPv6 without brackets', '::1'],
    ['an IPv6 zone', '[fe80::1%25eth0]'],
    ['half a bracket', '[::1'],
    ['brackets around a name', '[github.com]'],
    ['an empty port', 'github.com:'],
    ['port 0', 'github.com:0'],
    ['a port that is too large', 'github.com:65536'],
    ['a port that is no number', 'github.com:https'],
    ['full-width letters that would become a known name', 'ｇithub.com'],
    ['a Kelvin sign, which lower case turns into k', '\u212aeytray.example'],
    ['a Kelvin sign among other foreign letters', 'bücher-\u212a.example'],
    ['a long s, which case folding turns into s', 'git.example\u017f'],
    ['a dotted capital I, which lower case gives an i', 'g\u0130thub.com'],
    ['a soft hyphen that would vanish', 'git\u00adhub.com'],
    ['an ideographic full stop that would become a dot', 'github。com'],
  ])('refuses %s', (_, text) => {
    expect(parseHost(text)).toBeUndefined();
  });

  it('keeps a look-alike apart from the name it imitates', () => {
    expect(parseHost('gіthub.com')?.host).not.toBe('github.com');
  });
});
