import { client, v1, v2 } from '@datadog/datadog-api-client';
import { sign } from 'aws4';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signIdentityProof } from '../../../core/credentials/aws-identity-proof.ts';
import { exchangeProof } from '../../../core/credentials/delegated-token.ts';
import { Secret } from '../../../core/secret.ts';
import {
  type AwsPrincipal,
  type Datadog,
  delegatedTokenPath,
  rateLimited,
  startDatadog,
} from '../../support/vendors/datadog/datadog.ts';

/** Clients that no one here wrote must find a Datadog in the emulator; then the product's own exchange meets it. */

let datadog: Datadog;
beforeAll(async () => {
  datadog = await startDatadog();
});
afterAll(() => datadog.close());
afterEach(() => {
  datadog.faults.clear();
  datadog.clockOffset = 0;
  datadog.expires = 'text';
});

/** Datadog's own client for Node, with these credentials. */
function configured(authMethods: Record<string, string>): client.Configuration {
  const configuration = client.createConfiguration({
    authMethods,
    baseServer: new client.ServerConfiguration(datadog.url, {}),
  });
  for (const verb of ['create', 'delete']) {
    configuration.unstableOperations[`v2.${verb}AWSCloudAuthPersonaMapping`] = true;
  }
  configuration.unstableOperations['v2.listAWSCloudAuthPersonaMappings'] = true;
  return configuration;
}

describe("the API, as Datadog's client for Node sees it", () => {
  it('knows keys and refuses others', async () => {
    const { apiKey, appKey } = datadog.keys;
    const good = configured({ apiKeyAuth: apiKey, appKeyAuth: appKey });
    await expect(new v1.AuthenticationApi(good).validate()).resolves.toMatchObject({ valid: true });
    const teams = await new v2.TeamsApi(good).listTeams();
    expect(teams.data?.[0]?.attributes).toMatchObject({ handle: 'lab' });
    expect(datadog.to('/api/v2/team').at(-1)?.headers['dd-api-key']).toBe(apiKey);

    const bad = configured({ apiKeyAuth: 'wrong', appKeyAuth: appKey });
    await expect(new v1.AuthenticationApi(bad).validate()).rejects.toMatchObject({ code: 403 });
  });

  it('lists, adds and removes mappings', async () => {
    const { apiKey, appKey } = datadog.keys;
    const api = new v2.CloudAuthenticationApi(configured({ apiKeyAuth: apiKey, appKeyAuth: appKey }));
    const attributes = { accountIdentifier: 'kim@example.com', arnPattern: 'arn:aws:sts::1:assumed-role/kim/*' };
    const body = { data: { type: 'aws_cloud_auth_config', attributes } } as const;
    const added = await api.createAWSCloudAuthPersonaMapping({ body });
    await expect(api.createAWSCloudAuthPersonaMapping({ body })).rejects.toMatchObject({ code: 409 });
    expect((await api.listAWSCloudAuthPersonaMappings()).data).toHaveLength(2);
    await api.deleteAWSCloudAuthPersonaMapping({ personaMappingId: added.data?.id ?? '' });
    expect((await api.listAWSCloudAuthPersonaMappings()).data).toHaveLength(1);
  });
});

it('its STS takes what aws4 signs, and nothing else', async () => {
  const [principal] = datadog.principals;
  const ask = async (secretAccessKey: string) => {
    const request = sign(
      { service: 'sts', region: 'us-east-1', host: datadog.sts.url.slice(7), path: '/', body },
      { ...principal, secretAccessKey },
    );
    const headers = request.headers as Record<string, string>;
    return fetch(datadog.sts.url, { method: 'POST', headers, body });
  };
  expect(await (await ask(principal.secretAccessKey)).text()).toContain(principal.arn);
  expect((await ask('wrong')).status).toBe(403);
});
const body = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('the exchange of a proof', () => {
  const exchange = (
    principal: AwsPrincipal = datadog.principals[0],
    clock = 0,
    org = datadog.orgUuid,
    arn?: string,
  ) => {
    const session = {
      accessKeyId: principal.accessKeyId,
      secretAccessKey: new Secret(principal.secretAccessKey),
      sessionToken: new Secret(principal.sessionToken),
    };
    return exchangeProof({
      fetch,
      endpoint: new URL(`${datadog.url}${delegatedTokenPath}`),
      now: () => Date.now() + clock,
      sign: (at) => signIdentityProof({ session, orgUuid: org, region: 'eu-west-1', at, userAgent: 'keytray' }),
      secrets: [],
      identity: { arn, accessKeyId: principal.accessKeyId, learn: 'Ask AWS', renew: 'Renew it' },
    });
  };
  const asked = () => datadog.to(delegatedTokenPath).length;

  it('gives a token that the API takes; AWS is not asked', async () => {
    const { token, expiresAt } = await exchange();
    expect(expiresAt - Date.now()).toBeGreaterThan(890_000);
    const reply = await fetch(`${datadog.url}/api/v2/current_user`, {
      headers: { authorization: `Bearer ${token.reveal()}` },
    });
    expect(await reply.json()).toMatchObject({ data: { attributes: { email: 'robot@example.com' } } });
    expect(datadog.to(delegatedTokenPath).at(-1)?.body).toBe('');
    expect(datadog.sts.to('/')).toHaveLength(2);
  });

  it('assumes a quarter of an hour where no end is told, or none that can be read', async () => {
    for (const expires of ['absent', 'unreadable'] as const) {
      datadog.expires = expires;
      const left = (await exchange()).expiresAt - Date.now();
      expect(left).toBeGreaterThan(880_000);
      expect(left).toBeLessThanOrEqual(900_000);
    }
  });

  it('names the ARN that is not mapped, asking once', async () => {
    const before = asked();
    const [, unmapped] = datadog.principals;
    await expect(exchange(unmapped, 0, datadog.orgUuid, unmapped.arn)).rejects.toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('maps arn:aws:sts::123456789012:assumed-role/unmapped/session to no user'),
      advice: expect.stringMatching(/^Map arn:/),
    });
    expect(asked() - before).toBe(1);
    expect(datadog.refusals.at(-1)).toBe('no mapping');
  });

  it('names the ARN that Datadog names, else the access key, and what prints the ARN', async () => {
    const [, unmapped] = datadog.principals;
    const named = { kind: 'reply', status: 403, body: { errors: [`No mapping for ${unmapped.arn}.`] } } as const;
    datadog.faults.add(delegatedTokenPath, named);
    await expect(exchange(unmapped)).rejects.toMatchObject({
      message: expect.stringMatching(/ maps arn:aws:sts::123456789012:assumed-role\/unmapped\/session to no user$/),
    });
    await expect(exchange(unmapped)).rejects.toMatchObject({
      message: expect.stringMatching(/ maps the AWS identity of access key ASIAUNMAPPEDEXAMPLE to no user$/),
      advice: 'Map its ARN to a user in Datadog, and check that org_uuid is right. Ask AWS.',
    });
  });

  it('does not take a proof of another org, or a session it does not know', async () => {
    await expect(exchange(undefined, 0, 'aaaaaaaa-0000-0000-0000-000000000000')).rejects.toMatchObject({
      code: 'access_denied',
    });
    const [principal] = datadog.principals;
    await expect(exchange({ ...principal, sessionToken: 'old' })).rejects.toThrow('does not accept the AWS identity');
  });

  it('heals a clock that is an hour off, once', async () => {
    const before = asked();
    await expect(exchange(undefined, 3_600_000)).resolves.toBeDefined();
    await expect(exchange(undefined, -3_600_000)).resolves.toBeDefined();
    expect(asked() - before).toBe(4);
  });

  it('names the clock where the second proof is refused too', async () => {
    const before = asked();
    await expect(exchange({ ...datadog.principals[0], sessionToken: 'old' }, 3_600_000)).rejects.toMatchObject({
      message: expect.stringMatching(/^the clock of this machine is 60 minutes ahead of 127/),
    });
    expect(asked() - before).toBe(2);
  });

  it.each([
    ['429', rateLimited(), 'temporarily_unavailable'],
    ['500', { kind: 'reply', status: 500, body: 'oops' } as const, 'temporarily_unavailable'],
    [
      'missing attributes',
      { kind: 'reply', status: 200, body: { data: { id: 'x' } } } as const,
      'temporarily_unavailable',
    ],
    ['another site', { kind: 'reply', status: 404, body: { errors: ['Not Found'] } } as const, 'misconfigured'],
    ['a page of a proxy', { kind: 'reply', status: 403, body: '<html>' } as const, 'temporarily_unavailable'],
    ['a broken connection', { kind: 'reset' } as const, 'temporarily_unavailable'],
  ])('%s is %s', async (_, fault, code) => {
    datadog.faults.add(delegatedTokenPath, fault);
    await expect(exchange()).rejects.toMatchObject({ code });
  });
});
