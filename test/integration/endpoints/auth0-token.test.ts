import { afterEach, describe, expect, it } from 'vitest';
import { auth0Token } from '../../../core/endpoints/auth0-token.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { type EndpointScene, endpointScene } from '../../support/endpoint-scene.ts';

const scenes: EndpointScene[] = [];
afterEach(() => {
  for (const scene of scenes.splice(0)) scene.end();
});

async function opened(audience: string | undefined = 'crisp-athena-live'): Promise<EndpointScene> {
  const scene = await endpointScene((given) => auth0Token({ ...given, audience }));
  scenes.push(scene);
  return scene;
}

const asked = {
  client_id: 'any',
  client_secret: 'dummy',
  audience: 'crisp-athena-live',
  grant_type: 'client_credentials',
};

const asJson = (body: object) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});
const asForm = (body: Readonly<Record<string, string>>) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
  body: new URLSearchParams(body).toString(),
});

describe('a token endpoint as that of Auth0', () => {
  it.each([
    ['JSON', asJson],
    ['a form', asForm],
  ])('gives the token of the account with its true rest, to %s', async (_what, as) => {
    const scene = await opened();
    const answer = await scene.ask(as(asked));
    expect(answer).toEqual({
      status: 200,
      body: { access_token: 'token-1', token_type: 'Bearer', expires_in: 3_600, scope: 'all-apis' },
    });
    const { audience: _, ...withoutAudience } = asked;
    expect(await scene.ask(as(withoutAudience))).toMatchObject({ status: 200 });
  });

  it('counts what is left down, and always has a scope', async () => {
    const scene = await opened();
    const held = { ...(await scene.next()), scope: undefined };
    scene.next = async () => held;
    scene.clock.advance(600_500);
    expect(await scene.ask(asJson(asked))).toMatchObject({ body: { expires_in: 2_999, scope: '' } });
  });

  it.each([
    ['another audience', { ...asked, audience: 'crisp-athena-dev' }],
    ['an empty audience', { ...asked, audience: '' }],
    ['another grant', { ...asked, grant_type: 'password' }],
    ['no grant', { client_id: 'any' }],
  ])('refuses %s', async (_what, body) => {
    const scene = await opened();
    for (const as of [asJson(body), asForm(body)]) {
      expect(await scene.ask(as)).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    }
  });

  it.each([
    ['no type', { method: 'POST', body: JSON.stringify(asked) }],
    ['no JSON', { ...asJson({}), body: '{' }],
    ['a list', { ...asJson({}), body: '[]' }],
    ['a parameter twice', { ...asForm({}), body: 'grant_type=client_credentials&grant_type=password' }],
    ['too much', { ...asJson({}), body: JSON.stringify({ ...asked, more: 'x'.repeat(70_000) }) }],
  ])('does not understand %s', async (_what, request) => {
    expect(await (await opened()).ask(request)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('is not there for a GET, nor at another path', async () => {
    const scene = await opened();
    expect(await scene.ask()).toEqual({ status: 404, body: {} });
    expect(await scene.ask({ ...asJson(asked), path: '/oauth/token' })).toEqual({ status: 404, body: {} });
  });

  it('says why there is no token', async () => {
    const scene = await opened();
    scene.next = async () => {
      throw new KeytrayError('misconfigured', 'the client is not accepted', {
        account: 'athena',
        fix: 'check_client_secret',
      });
    };
    expect(await scene.ask(asJson(asked))).toMatchObject({ status: 403, body: { error: 'misconfigured' } });
    scene.next = async () => {
      throw new KeytrayError('temporarily_unavailable', 'busy');
    };
    expect(await scene.ask(asJson(asked))).toMatchObject({ status: 503 });
  });
});
