import { expect, it } from 'vitest';
import { findMetadata } from '../../../core/oauth/metadata.ts';
import { leadsToThisMachine } from '../../../core/platform/loopback-host.ts';

const here = [
  'http://127.0.0.1/',
  'http://127.9.9.9:80/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://a.localhost/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://0.0.0.0/',
  'https://[::]/',
];

it.each(here)('%s leads to this machine', (url) => {
  expect(leadsToThisMachine(new URL(url).hostname)).toBe(true);
});

it.each(['https://login.example/', 'https://128.0.0.1/', 'https://localhost.example/', 'https://[::ffff:10.0.0.1]/'])(
  '%s leads elsewhere',
  (url) => {
    expect(leadsToThisMachine(new URL(url).hostname)).toBe(false);
  },
);

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
];

it.each(here)('metadata of a server elsewhere may not name an endpoint at %s', async (url) => {
  const issuer = 'https://login.example';
  const metadata = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
  const answer = async (more: object) => Response.json({ ...metadata, ...more });
  for (const name of endpoints) {
    await expect(
      findMetadata(issuer, () => answer({ [name]: `${url}x` })),
      name,
    ).rejects.toMatchObject({
      failure: { kind: 'rejected' },
    });
  }
  expect((await findMetadata(issuer, () => answer({}))).metadata.issuer).toBe(issuer);
});
