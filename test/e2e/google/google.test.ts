import { PluggableAuthClient } from 'google-auth-library';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { type StubGoogleSts, startStubGoogleSts } from '../../support/stub-google-sts.ts';

const pool = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/';
const gate = 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES';

let server: RunningAuthorizationServer;
let sts: StubGoogleSts;
let keytray: Keytray;
let before: string | undefined;

beforeAll(async () => {
  server = await startAuthorizationServer();
  sts = await startStubGoogleSts({ issuer: server.issuer, audience: 'keytray' });
  keytray = await createKeytray();
  await keytray.configure(labConfig({ issuer: server.issuer, more: `    google: ['${pool}lab']\n` }));
  await keytray.startAgent();
});

afterAll(async () => {
  await keytray.close();
  await sts.close();
  await server.close();
});

// The library runs no program unless this says so, and reads it from its own process.
beforeEach(() => {
  before = process.env[gate];
  process.env[gate] = '1';
});

afterEach(() => {
  if (before === undefined) delete process.env[gate];
  else process.env[gate] = before;
});

function accessToken(provider: string, tokenType: 'id_token' | 'jwt' = 'id_token'): () => Promise<string> {
  const client = new PluggableAuthClient({
    type: 'external_account',
    audience: `${pool}${provider}`,
    subject_token_type: `urn:ietf:params:oauth:token-type:${tokenType}`,
    token_url: sts.tokenUrl,
    credential_source: {
      executable: {
        command: `env KEYTRAY_SOCKET=${keytray.socket} ${program('keytray')} helper google get --account=lab`,
        timeout_millis: 30_000,
      },
    },
  });
  return async () => (await client.getAccessToken()).token ?? '';
}

describe('google-auth-library', () => {
  it('is told as an answer that nobody has signed in', async () => {
    await expect(accessToken('lab')()).rejects.toThrow('keytray: sign in to lab: keytray login lab');
    expect(sts.exchanges).toEqual([]);
  });

  it.each(['id_token', 'jwt'] as const)('exchanges the ID token as %s', async (tokenType) => {
    if ((await keytray.api.account('lab')).state !== 'active') {
      expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    }
    const ask = accessToken('lab', tokenType);
    const first = await ask();
    expect(first).toBe(sts.issued.at(-1));
    expect(sts.exchanges.at(-1)?.get('audience')).toBe(`${pool}lab`);
    // Kept by the library: no second call, no second exchange.
    const count = sts.exchanges.length;
    expect(await ask()).toBe(first);
    expect(sts.exchanges).toHaveLength(count);
  });

  it('gets nothing for an audience that is not listed', async () => {
    const count = sts.exchanges.length;
    await expect(accessToken('evil')()).rejects.toThrow(`does not list ${pool}evil under google:`);
    expect(sts.exchanges).toHaveLength(count);
  });

  it('is told as an answer that Keytray does not run', async () => {
    await keytray.stopAgent();
    await expect(accessToken('lab')()).rejects.toThrow(/keytray: not running/);
  });
});
