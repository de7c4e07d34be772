import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { startTokenServer, type TokenServer } from '../../support/vendors/athena/token-server.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let node: Dataiku;
let tokens: TokenServer;
let scene: GrantScene;

beforeEach(async () => {
  [node, tokens] = await Promise.all([startDataiku(), startTokenServer()]);
  const common = `service: dataiku-apinode, url: "${node.url}"`;
  const client = `client_id: ${tokens.client.id}, audience: crisp-athena-live, token_endpoint: "${tokens.tokenEndpoint}"`;
  scene = new GrantScene(`accounts:
  key: { ${common}, settings: { service_id: by-key } }
  token: { ${common}, grant: client_credentials, ${client}, settings: { service_id: by-token } }
`);
  await scene.broker.start();
});
afterEach(async () => {
  await scene.close();
  await Promise.all([node.close(), tokens.close()]);
});

async function predict(account: string, service: string): Promise<number> {
  const { authorization } = await scene.token(account);
  const url = `${node.url}/public/api/v1/${service}/iris/predict`;
  const headers = { [authorization?.header ?? '']: authorization?.value ?? '' };
  return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
}

describe('an API node', () => {
  it('takes a key as user, or a token of an identity provider, as its service is set', async () => {
    row('D3');
    await scene.enter({ api_key: knownKeys.global }, 'key');
    await scene.enter({ client_secret: tokens.client.secret }, 'token');
    node.switches.serviceToken = tokens.issued[0] ?? '';
    expect(await predict('key', 'by-key')).toBe(200);
    expect(await predict('token', 'by-token')).toBe(200);
    expect(node.presented.slice(-2)).toEqual(['basic_user', 'bearer']);
  });

  it('is not asked for a prediction to try a key', async () => {
    await scene.enter({ api_key: knownKeys.global }, 'key');
    expect(node.requests).toHaveLength(0);
  });
});
