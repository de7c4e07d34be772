import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import * as openid from 'openid-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import {
  type Athena,
  classifySingle,
  healthCheck,
  listDeployments,
  startAthena,
  tooManyRequests,
} from '../../support/vendors/athena/athena.ts';

/** What the emulator is worth: clients that no one here wrote must find an Athena in it. */

let athena: Athena;
beforeAll(async () => {
  athena = await startAthena({ tls: true });
});
afterAll(() => athena.close());
afterEach(() => athena.tokens.faults.clear());

const audience = 'crisp-athena-live';

/** As Athena's Node client does it: discovery, then the client's own credentials. */
async function configuration(secret = athena.tokens.client.secret): Promise<openid.Configuration> {
  const fetch = new NodeHttp().fetchFor({ ca: athena.authority.file, verify: true });
  const custom: openid.CustomFetch = (url, { body, method, headers }) =>
    fetch(url, { method, headers, ...(body === undefined || body === null ? {} : { body: String(body) }) });
  const { issuer, client } = athena.tokens;
  return openid.discovery(new URL(issuer), client.id, { client_secret: secret }, openid.ClientSecretPost(secret), {
    [openid.customFetch]: custom,
  });
}

const ask = async (parameters: Record<string, string> = { audience }, secret?: string) =>
  openid.clientCredentialsGrant(await configuration(secret), parameters);

describe('the token server, as openid-client sees it', () => {
  it('gives a token for a day, for the audience that was asked for', async () => {
    const before = athena.tokens.tokenRequests();
    const reply = await ask();
    expect(reply).toMatchObject({ token_type: 'bearer', expires_in: 86_400 });
    const claims = await athena.tokens.mint.check(reply.access_token, audience, Date.now());
    expect(claims).toMatchObject({ sub: 'athenaM2mClient0123456789abcdefgh@clients', gty: 'client-credentials' });
    expect(athena.tokens.tokenRequests() - before).toBe(1);
    expect(athena.tokens.issued.at(-1)).toBe(reply.access_token);
  });

  it.each([
    ['a wrong secret', { audience }, 'wrong', 401, 'Unauthorized'],
    ['an audience nobody has', { audience: 'other' }, undefined, 403, 'Service not enabled within domain: other'],
    [
      'an audience without a grant',
      { audience: 'crisp-athena-qa' },
      undefined,
      403,
      /^Client is not authorized to acc/,
    ],
    ['no audience', {}, undefined, 403, 'Service not enabled within domain: undefined'],
  ])('refuses %s as Auth0 does', async (_name, parameters, secret, code, words) => {
    const refusal = await ask(parameters, secret).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      status: code,
      error: 'access_denied',
      error_description: typeof words === 'string' ? words : expect.stringMatching(words),
    });
  });

  it('reads JSON too, as the clients for Python and .NET send it', async () => {
    const { client, tokenEndpoint } = athena.tokens;
    const fetch = new NodeHttp().fetchFor({ ca: athena.authority.file, verify: true });
    const response = await fetch(tokenEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: client.id,
        client_secret: client.secret,
        audience,
        grant_type: 'client_credentials',
      }),
    });
    expect(await response.json()).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 });
  });

  it('can leave out the lifetime, limit the rate, answer what is not JSON, and break the connection', async () => {
    athena.tokens.answer.expiresIn = 'absent';
    expect((await ask()).expires_in).toBeUndefined();
    athena.tokens.answer.expiresIn = 'present';

    const path = '/oauth/token';
    athena.tokens.faults.add(path, tooManyRequests(2_000_000_000));
    await expect(ask()).rejects.toMatchObject({ error: 'too_many_requests', status: 429 });
    athena.tokens.faults.add(path, { kind: 'reply', status: 200, body: '<html>' });
    await expect(ask()).rejects.toThrow();
    athena.tokens.faults.add(path, { kind: 'reset' });
    await expect(ask()).rejects.toThrow();
    await expect(ask()).resolves.toMatchObject({ expires_in: 86_400 });
  });
});

describe('the service, as grpc-js sees it', () => {
  let client: Client;
  beforeEach(() => {
    client = new Client(athena.service.host, credentials.createSsl(Buffer.from(athena.authority.pem)));
  });
  afterEach(() => client.close());

  const call = (path: string, authorization?: string, message = Buffer.alloc(0)): Promise<Buffer> => {
    const metadata = new Metadata();
    if (authorization !== undefined) metadata.set('authorization', authorization);
    const asItIs = (bytes: Buffer) => bytes;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, asItIs, asItIs, message, metadata, (error: ServiceError | null, reply?: Buffer) =>
        error === null ? resolve(reply ?? Buffer.alloc(0)) : reject(error),
      );
    });
  };

  it('lists deployments to a good token and tells what was called', async () => {
    const { access_token } = await ask();
    const reply = await call(listDeployments, `Bearer ${access_token}`);
    expect(reply.includes('lab-deployment')).toBe(true);
    expect(athena.service.calls.at(-1)).toMatchObject({
      path: listDeployments,
      authorization: `Bearer ${access_token}`,
      code: 0,
    });
  });

  it('refuses a missing, a garbled, a foreign and an expired token as unauthenticated', async () => {
    const { access_token } = await ask({ audience: 'crisp-athena-dev' });
    const { token: expired } = await athena.tokens.mint.mint({ sub: 'x', aud: audience }, 10, Date.now() - 60_000);
    for (const header of [undefined, 'Bearer x', `Bearer ${access_token}`, `Bearer ${expired}`, `Basic ${expired}`]) {
      await expect(call(listDeployments, header), header).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    }
  });

  it('permits only the affiliates it knows, and tells its health to all', async () => {
    const header = `Bearer ${(await ask()).access_token}`;
    const from = (affiliate: string) => Buffer.concat([Buffer.from([0x0a, affiliate.length]), Buffer.from(affiliate)]);
    await expect(call(classifySingle, header, from('lab-affiliate'))).resolves.toHaveLength(0);
    await expect(call(classifySingle, header, from('other'))).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(call(healthCheck)).resolves.toEqual(Buffer.from([0x08, 0x01]));
  });

  it('is trusted by those who know its authority only', async () => {
    const stranger = new Client(athena.service.host, credentials.createSsl());
    const ready = new Promise((resolve, reject) => {
      stranger.waitForReady(Date.now() + 2_000, (error) => (error === undefined ? resolve(true) : reject(error)));
    });
    await expect(ready).rejects.toThrow();
    stranger.close();
  });
});
