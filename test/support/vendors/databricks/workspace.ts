import type { ServerCertificate } from '../authority.ts';
import {
  bearerOf,
  type EmulatorReply,
  type HttpEmulator,
  type RecordedRequest,
  startHttpEmulator,
} from '../http-emulator.ts';
import { createTokenMint, type TokenMint } from '../token-mint.ts';
import { databricksError, type LakebaseApi, serveLakebase } from './lakebase-api.ts';
import { createOidc, type OidcState, type OidcSwitches, type WorkspacePeople } from './oidc.ts';

export interface Workspace extends HttpEmulator {
  readonly people: WorkspacePeople;
  readonly oidc: OidcSwitches & OidcState;
  readonly lakebase: LakebaseApi;
  /** Signs access tokens and database passwords. */
  readonly mint: TokenMint;
  readonly accountId: string;
}

export const scimMe = '/api/2.0/preview/scim/v2/Me';

/** A Databricks workspace: sign-in, who am I, and the Lakebase APIs. */
export async function startWorkspace(certificate?: ServerCertificate): Promise<Workspace> {
  const accountId = '00000000-0000-4000-8000-000000000acc';
  const people: WorkspacePeople = {
    person: { userName: 'kim@example.com', id: '1001' },
    servicePrincipal: {
      clientId: '00000000-0000-4000-8000-0000000005b1',
      secret: 'dose0123456789abcdef0123456789abcdef',
      id: '2001',
    },
    pat: 'dapi0123456789abcdef0123456789abcdef',
  };
  const oidc: OidcSwitches & OidcState = {
    accessTokenLife: 3_600,
    singleUseRefresh: true,
    authorize: 'approve',
    sendsIss: false,
    refreshTokens: new Map(),
    accessTokens: [],
  };
  const lakebase: LakebaseApi = {
    instances: [{ name: 'shop', host: 'localhost', state: 'AVAILABLE', nativeLogin: false }],
    endpoints: [{ name: 'projects/shop/branches/main/endpoints/primary', host: 'localhost', state: 'ACTIVE' }],
    mayUse: true,
    passwordLife: 3_600,
    passwords: [],
  };

  const callerOf = async (request: RecordedRequest): Promise<string | undefined> => {
    const token = bearerOf(request);
    if (token === undefined) return undefined;
    if (token === people.pat) return people.person.userName;
    return (await mint.check(token, 'workspace', http.now()).catch(() => undefined))?.sub;
  };
  // As long as those of the service: what cuts a password off is found here.
  const filler = 'x'.repeat(2_600);
  const mintPassword = (sub: string, lifetime: number) =>
    mint.mint({ sub, aud: 'lakebase', scope: 'database', filler }, lifetime, http.now());

  const api = async (request: RecordedRequest): Promise<EmulatorReply> => {
    if (request.method === 'POST' && request.path === '/api/2.0/token/generate') {
      return databricksError(404, 'ENDPOINT_NOT_FOUND', "No API found for 'POST /token/generate'");
    }
    const caller = await callerOf(request);
    if (caller === undefined) {
      return databricksError(401, 'UNAUTHENTICATED', 'Credential was not sent or was not accepted for this API.');
    }
    if (request.method === 'GET' && request.path === scimMe) return { body: meOf(caller, people) };
    const reply = await serveLakebase(request, lakebase, caller, mintPassword);
    const { method, path } = request;
    return reply ?? databricksError(404, 'ENDPOINT_NOT_FOUND', `No API found for '${method} ${path.slice(8)}'`);
  };

  const signIn = createOidc({ http: () => http, mint: () => mint, people, switches: oidc, state: oidc });
  const http = await startHttpEmulator(
    async (request) => {
      if (request.path === '/.well-known/databricks-config') return { body: hostMetadata(http.url, accountId) };
      const login = request.path === '/' ? request.query.get('destination_url') : null;
      if (login?.startsWith('/oidc/')) return { status: 302, headers: { location: `${http.url}${login}` } };
      return (await signIn(request)) ?? api(request);
    },
    { certificate, host: 'localhost' },
  );
  const mint = await createTokenMint(() => `${http.url}/oidc`);
  return Object.assign(http, { people, oidc, lakebase, mint, accountId });
}

const hostMetadata = (url: string, accountId: string) => ({
  oidc_endpoint: `${url}/oidc`,
  account_id: accountId,
  workspace_id: '1234567890123456',
  cloud: 'AWS',
  host_type: 'workspace',
});

function meOf(caller: string, { person, servicePrincipal }: WorkspacePeople): object {
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
  if (caller === person.userName) {
    const emails = [{ type: 'work', value: person.userName, primary: true }];
    return { schemas, id: person.id, userName: person.userName, displayName: 'Kim', emails, active: true };
  }
  return { schemas, id: servicePrincipal.id, userName: caller, displayName: 'robot', active: true };
}
