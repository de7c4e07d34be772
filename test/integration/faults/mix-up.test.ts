import { afterEach, describe, expect, it } from 'vitest';
import { type FaultScene, startFaultScene } from '../../support/fault-scene.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

let scene: FaultScene;
let hostile: ScriptedServer;
let honest: ScriptedServer;
afterEach(async () => {
  await scene.close();
  await hostile.close();
  await honest.close();
});

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
});

/** Sends the answer to the only redirect path its client has registered, and says nothing of who answers. */
const startHonest = (path: string) =>
  startScriptedServer((request) => {
    if (!request.path.startsWith('/authorize')) return { body: metadata(honest.url) };
    const query = new URL(request.path, honest.url).searchParams;
    const back = new URL(query.get('redirect_uri') ?? '');
    back.pathname = path;
    back.search = new URLSearchParams({ code: 'code-of-the-honest', state: query.get('state') ?? '' }).toString();
    return { status: 302, headers: { location: back.href } };
  });

/** Passes the browser on to the other server with the challenge and state of its own request. */
const startHostile = () =>
  startScriptedServer((request) => {
    if (request.path.startsWith('/authorize')) {
      const { search } = new URL(request.path, hostile.url);
      return { status: 302, headers: { location: `${honest.url}/authorize${search}` } };
    }
    if (request.path === '/token') return { status: 400, body: { error: 'invalid_grant' } };
    return { body: metadata(hostile.url) };
  });

const start = async (paths: { readonly hostile: string; readonly honest: string }) => {
  honest = await startHonest(paths.honest);
  hostile = await startHostile();
  const account = (url: string, path: string) =>
    `{ service: oidc, issuer: '${url}', client_id: keytray, scopes: [openid], redirect: { path: ${path} } }`;
  scene = await startFaultScene({
    records: () => ({}),
    config: () =>
      `accounts:\n  evil: ${account(hostile.url, paths.hostile)}\n  good: ${account(honest.url, paths.honest)}\n`,
  });
  const started = await scene.broker.startLogin('evil', { user_agent: 'none' });
  const page = await fetch(started.authorization_url ?? '');
  return { page, codes: hostile.requests.filter(({ path }) => path === '/token').map(({ form }) => form.code) };
};

describe('a hostile server that passes the browser on to an honest one', () => {
  it('is not given the code where each has a redirect path of its own', async () => {
    const { page, codes } = await start({ hostile: '/callback/evil', honest: '/callback/good' });
    expect(page.status).toBe(404);
    expect(codes).toEqual([]);
    expect((await scene.broker.status()).warnings).toBeUndefined();
  });

  it('is warned of where both share one and the honest server does not name itself', async () => {
    const { codes } = await start({ hostile: '/callback', honest: '/callback' });
    // The attack that the paths prevent.
    expect(codes).toEqual(['code-of-the-honest']);
    expect((await scene.broker.status()).warnings).toEqual([
      expect.stringMatching(/^evil, good share the redirect URI .*no iss/),
    ]);
  });
});
