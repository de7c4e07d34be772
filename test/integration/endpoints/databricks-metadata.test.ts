import { afterEach, describe, expect, it } from 'vitest';
import { databricksMetadata } from '../../../core/endpoints/databricks-metadata.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import { type EndpointScene, endpointScene } from '../../support/endpoint-scene.ts';

const scenes: EndpointScene[] = [];
afterEach(() => {
  for (const scene of scenes.splice(0)) scene.end();
});

async function opened(host = 'https://dbc-1.cloud.databricks.com/'): Promise<EndpointScene> {
  const scene = await endpointScene((given) => databricksMetadata({ ...given, host }));
  scenes.push(scene);
  return scene;
}

const asSdk = (host: string, version = '1') => ({
  headers: { 'X-Databricks-Metadata-Version': version, 'X-Databricks-Host': host },
});

describe('the metadata service for Databricks', () => {
  it('gives a token with its true end, to the whole second', async () => {
    const scene = await opened();
    scene.clock.advance(400);
    const { status, body } = await scene.ask(asSdk('https://dbc-1.cloud.databricks.com'));
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: 'token-1',
      token_type: 'Bearer',
      expires_on: Math.floor(scene.clock.now() / 1_000) + 3_600,
    });
  });

  it.each([
    'https://dbc-1.cloud.databricks.com',
    'https://dbc-1.cloud.databricks.com/',
    'https://DBC-1.cloud.databricks.com',
    'https://dbc-1.cloud.databricks.com:443',
    'HTTPS://dbc-1.cloud.databricks.com',
    'dbc-1.cloud.databricks.com',
  ])('knows its host as %s', async (host) => {
    expect(await (await opened()).ask(asSdk(host))).toMatchObject({ status: 200 });
  });

  it.each([
    'https://dbc-2.cloud.databricks.com',
    'https://dbc-1.cloud.databricks.com:444',
    'http://dbc-1.cloud.databricks.com',
    'https://dbc-1.cloud.databricks.com.evil.example',
    'https://',
    '',
  ])('refuses the host %j', async (host) => {
    expect(await (await opened()).ask(asSdk(host))).toMatchObject({
      status: 403,
      body: { error: 'access_denied' },
    });
  });

  it('refuses another version and none, a host that is missing, and another path', async () => {
    const scene = await opened();
    const host = 'https://dbc-1.cloud.databricks.com';
    expect(await scene.ask(asSdk(host, '2'))).toMatchObject({ status: 400 });
    expect(await scene.ask({ headers: { 'X-Databricks-Host': host } })).toMatchObject({ status: 400 });
    expect(await scene.ask({ headers: { 'X-Databricks-Metadata-Version': '1' } })).toMatchObject({ status: 403 });
    expect(await scene.ask({ ...asSdk(host), method: 'POST' })).toEqual({ status: 404, body: {} });
    expect(await scene.ask({ ...asSdk(host), path: '/more' })).toEqual({ status: 404, body: {} });
  });

  it('says why there is no token, and what may pass', async () => {
    const scene = await opened();
    const asked = asSdk('https://dbc-1.cloud.databricks.com');
    scene.next = async () => {
      throw new KeytrayError('login_required', 'lake needs a sign-in', { account: 'lake' });
    };
    expect(await scene.ask(asked)).toEqual({
      status: 403,
      body: { error: 'login_required', error_description: 'keytray: lake needs a sign-in: keytray login lake' },
    });
    scene.next = async () => {
      throw new KeytrayError('temporarily_unavailable', 'lake is not reachable');
    };
    expect(await scene.ask(asked)).toMatchObject({ status: 503 });
  });

  it('lets clients ask again after an hour where no end is known', async () => {
    const scene = await opened();
    scene.next = async () => ({
      token: new Secret('dapi'),
      tokenType: 'Bearer',
      expiresAt: undefined,
      scope: undefined,
    });
    const { body } = await scene.ask(asSdk('https://dbc-1.cloud.databricks.com'));
    expect(body).toMatchObject({ expires_on: Math.floor(scene.clock.now() / 1_000) + 3_600 });
  });
});
