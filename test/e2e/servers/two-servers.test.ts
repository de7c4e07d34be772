import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { followForms, type LastPage } from '../../../demo/built-in-user-agent.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type RecordedServer, startRecordedServer, strayedTo } from '../../support/recorded-server.ts';
import { signIn } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

const deviceFlow = { interval: 1 };
const clientSecret = 'secret-of-the-honest-client';

describe('a hostile server beside an honest one, with one redirect URI for both', () => {
  let honest: RecordedServer;
  let hostile: RecordedServer;
  let keytray: Keytray;
  let readings = 0;

  beforeAll(async () => {
    // The hostile one chose a client that the honest one knows too, and that proves itself by nothing.
    const clients = [{ clientId: 'keytray' }, { clientId: 'desk', clientSecret }];
    honest = await startRecordedServer({ deviceFlow, clients });
    hostile = await startRecordedServer({ deviceFlow, clients: clients.slice(0, 1) });
    keytray = await createKeytray();
    await keytray.configure(config());
    await keytray.startAgent();
  });

  afterAll(async () => {
    await keytray?.close();
    await hostile?.close();
    await honest?.close();
  });

  const account = (issuer: string, client: string, scopes = 'openid, offline_access, profile, email, git'): string =>
    `{ service: oidc, issuer: '${issuer}', client_id: ${client}, scopes: [${scopes}], store: memory, environment: reading-${readings} }`;
  const config = (): string => `accounts:
  good: ${account(honest.issuer, 'desk')}
  evil: ${account(hostile.issuer, 'keytray')}
  plain: ${account(hostile.issuer, 'keytray', 'git')}
`;
  const endpointsOf = ({ issuer }: RecordedServer) => ({
    authorization_endpoint: `${issuer}/auth`,
    device_authorization_endpoint: `${issuer}/device/auth`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/token/revocation`,
    userinfo_endpoint: `${issuer}/me`,
    jwks_uri: `${issuer}/jwks`,
  });
  type Endpoint = keyof ReturnType<typeof endpointsOf>;

  /** The hostile server names these endpoints of the honest one as its own, and Keytray asks anew what it says. */
  const lie = async (...names: readonly Endpoint[]): Promise<void> => {
    const theirs = endpointsOf(honest);
    await hostile.lieAbout({
      ...Object.fromEntries(names.map((name) => [name, theirs[name]])),
      authorization_response_iss_parameter_supported: false,
    });
    readings += 1;
    await keytray.configure(config());
    await waitFor('the new configuration', async () =>
      (await keytray.api.accounts()).every(({ environment }) => environment === `reading-${readings}`),
    );
  };
  const force = async (id: string): Promise<unknown> =>
    (await keytray.api.token(id, { force: true })).access_token?.length;
  /** A sign-in at `evil`, where the person goes wherever they are led, and signs in there as who they are. */
  const browse = async (): Promise<{ readonly page: LastPage; readonly state: string }> => {
    const { login_id, authorization_url = '' } = await keytray.api.startLogin('evil', { user_agent: 'none' });
    const page = await followForms(authorization_url, { login: 'ada' });
    const { state } = await keytray.api.login(login_id, 0);
    await keytray.api.cancelLogin(login_id);
    return { page, state };
  };
  const enterCode = async (id: string): Promise<string> => {
    const login = await keytray.api.startLogin(id, { user_agent: 'device' });
    expect(login.verification_uri).toBe(`${honest.issuer}/device`);
    await followForms(login.verification_uri ?? '', { login: 'ada', userCode: login.user_code ?? '' });
    return (await keytray.api.login(login.login_id, 30)).state;
  };

  it('is sent nothing that belongs to the honest one, nor the other way round, whatever it claims', async () => {
    await keytray.api.setClientSecret('good', new Secret(clientSecret));
    for (const id of ['good', 'evil']) expect(await signIn(keytray, id)).toMatchObject({ state: 'succeeded' });

    // After the sign-in it names the honest one for everything that tokens are sent to.
    await lie(
      'device_authorization_endpoint',
      'token_endpoint',
      'revocation_endpoint',
      'userinfo_endpoint',
      'jwks_uri',
    );
    for (const id of ['good', 'evil']) expect(await force(id)).toBeGreaterThan(0);

    // Mix-up: the browser is passed on, or sent to the honest one from the beginning.
    hostile.passBrowsersTo(`${honest.issuer}/auth`);
    await lie();
    expect(await browse()).toMatchObject({ page: { status: 404 }, state: 'started' });
    hostile.passBrowsersTo(undefined);
    await lie('authorization_endpoint');
    expect(await browse()).toMatchObject({ page: { status: 404 }, state: 'started' });

    // Signed out, the account has no grant of its own that would keep unwanted tokens from being given back.
    await keytray.api.logout('evil', { revoke: true });

    // A code for another device, redeemed at the hostile one; then at the honest one, with the tokens sent elsewhere.
    await lie('device_authorization_endpoint');
    await expect(keytray.api.startLogin('evil', { user_agent: 'device' })).rejects.toThrow(
      'offers no sign-in with a code',
    );
    await lie('device_authorization_endpoint', 'token_endpoint');
    expect(await enterCode('evil')).toBe('failed');
    expect(await enterCode('plain')).toBe('succeeded');

    expect(await force('good')).toBeGreaterThan(0);
    for (const id of ['plain', 'good']) await keytray.api.logout(id, { revoke: true });

    expect({ hostile: strayedTo(hostile, honest), honest: strayedTo(honest, hostile) }).toEqual({
      hostile: [],
      honest: [],
    });
    for (const { requests, secrets } of [honest, hostile]) {
      const { authorization_code, refresh_token, userinfo, revocation } = requests;
      expect(Math.min(authorization_code, refresh_token, userinfo, revocation)).toBeGreaterThan(0);
      expect([...secrets.values()]).toEqual(
        expect.arrayContaining(['code', 'access_token', 'refresh_token', 'id_token']),
      );
    }
  });
});
