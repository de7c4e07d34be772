import { describe, expect, it } from 'vitest';
import { cleanFields, withoutCredentials } from '../../../core/platform/log-text.ts';
import type { LogFields } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';

const token = 'Zq3-77aTokenTokenToken_0123456789';
const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

describe('text for the log', () => {
  it.each([
    `authorization: Bearer ${token}`,
    `Authorization: bearer  ${token}`,
    `Proxy-Authorization: Basic ${Buffer.from(`ada:${token}`).toString('base64')}`,
    `"${jwt}" is no key`,
    jwt,
    `the header ${jwt.slice(0, 20)}.${token}. was rejected`,
    `ghp_${token}`,
    `remote: glpat-${token}`,
    `https://ada:${token}@proxy.example:3128/ cannot be reached`,
    `GET http://127.0.0.1:4000/callback?code=${token}&state=${token} 404`,
    `https://lab.example/#access_token=${token}`,
    `grant_type=refresh_token&refresh_token=${token}`,
    `{"access_token":"${token}","token_type":"Bearer"}`,
    `{ "refresh_token" : "${token}" }`,
    `client_secret: ${token}`,
    `code_verifier=${token}`,
    `a callback with code=${token}`,
  ])('has no credential: %s', (text) => {
    const clean = withoutCredentials(text);
    expect(clean).not.toContain(token);
    expect(clean).not.toContain(jwt);
    expect(clean).not.toContain(Buffer.from(`ada:${token}`).toString('base64'));
    expect(clean).toContain('[secret]');
  });

  it.each([
    'started',
    '/run/user/1000/keytray/keytray.sock',
    '/home/ada/.local/state/keytray/passphrase-not-kept-anywhere-else',
    'lab.example refused: invalid_grant (the refresh token was revoked)',
    'git.lab.example:8443 cannot be reached (ECONNREFUSED)',
    'https://lab.example/realms/one/.well-known/openid-configuration',
    'ada@lab.example',
    'ended, exit code: 7, state: unlocked',
    'TypeError (ERR_INVALID_ARG_TYPE) at Broker.token (file:///opt/keytray/out/lib/agent.js:10:2)',
    'config.yaml:9: accounts.lab.clientid: did you mean client_id?',
  ])('stays as it is: %s', (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });

  it('is words and numbers, whatever is forced past the type', () => {
    const forced: Record<string, unknown> = {
      secret: new Secret(token),
      error: new Error(token, { cause: new Secret(token) }),
      nested: { deep: { access_token: token } },
      list: [token],
      bytes: Buffer.from(token),
      call: () => token,
      symbol: Symbol(token),
      none: null,
      missing: undefined,
      account: 'lab',
      count: 3,
      done: true,
    };
    const clean = cleanFields(forced as LogFields);
    expect(JSON.stringify(clean)).not.toContain(token);
    expect(clean).toEqual({
      secret: '[left out]',
      error: '[left out]',
      nested: '[left out]',
      list: '[left out]',
      bytes: '[left out]',
      call: '[left out]',
      symbol: '[left out]',
      none: '[left out]',
      account: 'lab',
      count: 3,
      done: true,
    });
  });

  it('takes no secret, error or object for the compiler', () => {
    // @ts-expect-error a secret is no field
    const first: LogFields = { token: new Secret(token) };
    // @ts-expect-error nor is an error
    const second: LogFields = { error: new Error('failed') };
    // @ts-expect-error nor is anything with parts
    const third: LogFields = { reply: { access_token: token } };
    expect([first, second, third].flatMap((fields) => Object.keys(fields))).toHaveLength(3);
  });
});
