import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Athena, startAthena } from '../../support/vendors/athena/athena.ts';

let athena: Athena;
let scene: GrantScene;

const config = (more = ''): string => {
  const { service, tokens, authority } = athena;
  const common = `service: athena, settings: { host: "${service.host}" }, tls: { ca: "${authority.file}" }`;
  return [
    'accounts:',
    `  athena: { ${common}, client_id: ${tokens.client.id}, token_endpoint: "${tokens.tokenEndpoint}"${more} }`,
    `  athena@static: { ${common}, grant: api_key }`,
    '',
  ].join('\n');
};
const enter = (secret = athena.tokens.client.secret) => scene.enter({ client_secret: secret }, 'athena');

beforeEach(async () => {
  athena = await startAthena();
  athena.tokens.faults.clear();
  scene = new GrantScene(config());
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await athena.close();
});

describe('Athena', () => {
  it('gives one token to all who ask while its server is slow, and none anew after a restart', async () => {
    row('A1', 'A2', 'A19');
    await enter();
    expect(athena.tokens.tokenRequests()).toBe(1);
    scene.clock.advance(86_400_000);
    athena.tokens.faults.add('/oauth/token', { kind: 'slow', milliseconds: 200 });
    const asked = await Promise.all(Array.from({ length: 200 }, () => scene.token('athena')));
    expect(new Set(asked.map(({ access_token }) => access_token))).toEqual(new Set([athena.tokens.issued.at(-1)]));
    expect(athena.tokens.tokenRequests()).toBe(2);
    await scene.restart();
    expect((await scene.token('athena')).access_token).toBe(athena.tokens.issued.at(-1));
    expect(athena.tokens.tokenRequests()).toBe(2);
  });

  it('goes on over ten renewals of a token of three seconds, and hands out none that has ended', async () => {
    const { tokens } = athena;
    tokens.lifetime = 3;
    // One time for both, so that a token's end is the server's word and not a matter of how fast this machine is.
    tokens.now = () => scene.clock.now();
    await enter();
    const used = new Set<string>();
    for (let steps = 0; used.size <= 10 && steps < 200; steps += 1) {
      const callers = await Promise.all(Array.from({ length: 5 }, () => scene.token('athena')));
      for (const { access_token = '', expires_at } of callers) {
        used.add(access_token);
        expect(Date.parse(expires_at ?? '')).toBeGreaterThan(tokens.now());
        await tokens.mint.check(access_token, 'crisp-athena-live', tokens.now());
      }
      // Meets the end of each token exactly: the claims of a token count whole seconds.
      scene.clock.advance(250);
    }
    expect(used.size).toBe(11);
    expect([...used]).toEqual(tokens.issued);
    expect(tokens.tokenRequests()).toBe(11);
  });

  it('takes the token over gRPC and TLS of its own authority', async () => {
    row('A17');
    await enter();
    expect(await scene.broker.test('athena', {}, caller)).toMatchObject({ ok: true, checked: true });
    const [call] = athena.service.calls;
    expect(call).toMatchObject({ path: '/athena.ClassifierService/ListDeployments', code: 0 });
    expect(call?.authorization).toBe(`Bearer ${athena.tokens.issued[0]}`);
  });

  it('whose secret is wrong says which four things to check, and nothing is stored', async () => {
    row('A11', 'A12');
    expect(await failureOf(enter('wrong'))).toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('Auth0 does not accept the client ID or the client secret'),
      advice: expect.stringContaining('revoked'),
    });
    expect(await scene.stored('athena')).toBe('{}');
  });

  it.each([
    ['nobody has', 'crisp-athena-none', 'Auth0 has no API for the audience crisp-athena-none'],
    ['it has no grant for', 'crisp-athena-qa', 'the client has no grant for the audience crisp-athena-qa'],
  ])('asked for an audience that %s names it', async (_what, audience, message) => {
    row('A3', 'A13');
    scene.configure(config(`, audience: ${audience}`));
    expect(await failureOf(enter())).toMatchObject({
      code: 'misconfigured',
      message: `${message}; nothing was stored`,
    });
  });

  it('whose secret is refused later is a matter of the configuration, never of a sign-in', async () => {
    await enter();
    athena.tokens.client.secret = 'rotated-elsewhere';
    scene.clock.advance(86_400_000);
    expect(await failureOf(scene.token('athena'))).toMatchObject({ code: 'misconfigured' });
    expect(await scene.state('athena')).toBe('degraded/misconfigured');
  });

  it('is served from memory while its server is down, and then unavailable for a while', async () => {
    row('A11');
    await enter();
    athena.tokens.faults.add('/oauth/token', { kind: 'reset' }, 100);
    scene.clock.advance(86_390_000);
    expect((await scene.token('athena')).access_token).toBe(athena.tokens.issued[0]);
    expect(await scene.state('athena')).toBe('degraded/unreachable');
    scene.clock.advance(20_000);
    expect(await failureOf(scene.token('athena'))).toMatchObject({ code: 'temporarily_unavailable' });
  });
});

describe('a static token of Athena', () => {
  it('is tried at the service, and its end is its own', async () => {
    row('A5');
    await enter();
    const token = athena.tokens.issued[0] ?? '';
    await scene.enter({ api_key: token }, 'athena@static');
    const { expires_in } = await scene.token('athena@static');
    expect(expires_in).toBeGreaterThan(0);
    expect(athena.service.calls.at(-1)).toMatchObject({ authorization: `Bearer ${token}`, code: 0 });
  });

  it('that Athena does not take is not stored', async () => {
    expect(await failureOf(scene.enter({ api_key: 'not-a-token' }, 'athena@static'))).toMatchObject({
      code: 'access_denied',
    });
    expect(await scene.stored('athena@static')).toBe('{}');
  });
});
