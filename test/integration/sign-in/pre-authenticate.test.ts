import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';
import { waitFor } from '../../support/wait-for.ts';

let server: ScriptedServer;
let scene: GrantScene;

const config = (url: string, more: string): string =>
  `accounts:\n  m2m: { service: oauth, grant: client_credentials, client_id: robot, token_endpoint: "${url}/token"${more} }\n`;

beforeEach(async () => {
  let issued = 0;
  server = await startScriptedServer(({ form }) => {
    if (form.client_secret !== 'right') return { status: 401, body: { error: 'invalid_client' } };
    issued += 1;
    return { body: { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 3_600 } };
  });
  scene = new GrantScene(config(server.url, ', pre_authenticate: true'));
  await scene.broker.start();
});
afterEach(async () => {
  await scene.close();
  await server.close();
});

describe('pre_authenticate', () => {
  it('fetches a token at start, where none is held that is good enough', async () => {
    await scene.enter({ client_secret: 'right' });
    await scene.restart();
    expect(server.requests).toHaveLength(1);
    scene.clock.advance(3_600_000);
    await scene.restart();
    await waitFor('the early token', async () => server.requests.length === 2);
    expect((await scene.token()).access_token).toBe('token-2');
  });

  it('is no use of the account: what it fetched is not kept fresh', async () => {
    await scene.enter({ client_secret: 'right' });
    scene.clock.advance(3_600_000);
    await scene.restart();
    await waitFor('the early token', async () => server.requests.length === 2);
    scene.clock.advance(3_590_000);
    await scene.broker.stop();
    expect(server.requests).toHaveLength(2);
  });

  it('shows trouble before anybody asks', async () => {
    row('G8');
    await scene.enter({ client_secret: 'right' });
    scene.clock.advance(3_600_000);
    server.script = () => ({ status: 401, body: { error: 'invalid_client' } });
    await scene.restart();
    await waitFor('the trouble', async () => (await scene.state()) === 'degraded/misconfigured');
    expect(scene.notices.shown).toHaveLength(1);
  });

  it('fetches after an unlock too', async () => {
    await scene.enter({ client_secret: 'right' });
    scene.clock.advance(3_600_000);
    scene.store.trouble.read = { kind: 'locked' };
    await scene.restart();
    expect(await scene.state()).toBe('locked/keychain_locked');
    expect(server.requests).toHaveLength(1);
    delete scene.store.trouble.read;
    expect(await scene.state()).toBe('active');
    await waitFor('the early token', async () => server.requests.length === 2);
  });

  it('asks for nothing where it is not written', async () => {
    scene.configure(config(server.url, ''));
    await scene.enter({ client_secret: 'right' });
    scene.clock.advance(3_600_000);
    await scene.restart();
    await scene.state();
    expect(server.requests).toHaveLength(1);
  });
});
