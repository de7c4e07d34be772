import { describe, expect, it } from 'vitest';
import { metadataAddresses } from '../../../core/oauth/metadata.ts';
import { isLoopback, mayCarrySecrets } from '../../../core/platform/loopback-host.ts';

describe('isLoopback', () => {
  it.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]', '::1'])('%s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['localhost.example', '127.0.0.1.example', '128.0.0.1', '10.0.0.1', '[::2]', '0.0.0.0', 'example'])(
    'not %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe('mayCarrySecrets', () => {
  it.each([
    ['https://login.example/', true],
    ['http://127.0.0.1:8080/', true],
    ['http://[::1]/', true],
    // The URL parser knows more spellings of 127.0.0.1 than we do.
    ['http://2130706433/', true],
    ['http://login.example/', false],
    ['ftp://localhost/', false],
    ['file:///etc/passwd', false],
  ])('%s', (url, may) => {
    expect(mayCarrySecrets(new URL(url))).toBe(may);
  });
});

describe('metadataAddresses', () => {
  const of = (issuer: string) => metadataAddresses(new URL(issuer)).map(String);

  it('of an issuer without a path', () => {
    expect(of('https://a.example')).toEqual([
      'https://a.example/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server',
    ]);
  });

  it('of an issuer with a path, in every form servers use', () => {
    expect(of('https://a.example/realms/x')).toEqual([
      'https://a.example/realms/x/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server/realms/x',
      'https://a.example/realms/x/.well-known/oauth-authorization-server',
    ]);
  });

  it('keeps slashes within the path', () => {
    expect(of('https://a.example//x/')[0]).toBe('https://a.example//x/.well-known/openid-configuration');
  });
});
