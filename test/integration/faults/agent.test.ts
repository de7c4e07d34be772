import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, first, refuses, replyLost } from '../../support/faulty-server.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type Fault, type RotatingServer, startRotatingServer } from '../../support/rotating-server.ts';
import { signIn } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('the command line, told by a real agent whose token has run out', () => {
  let server: RotatingServer;
  let keytray: Keytray;

  beforeAll(async () => {
    server = await startRotatingServer();
    server.grace = true;
    keytray = await createKeytray();
    const account = `{ service: oidc, issuer: '${server.issuer}', client_id: keytray, scopes: [git], store: memory }`;
    await keytray.configure(`accounts: { lab: ${account} }\n`);
    await keytray.startAgent();
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    await waitFor('the end of the first token', async () => (await keytray.api.account('lab')).expires_in === 0);
  });
  afterAll(async () => {
    await keytray.close();
    await server.close();
  });

  // In this order: the last one ends the session.
  it.each<[string, Fault | undefined, number, string, string]>([
    ['503', answers(503), 6, 'degraded', 'unreachable'],
    ['a captive portal', answers(302, { location: 'http://portal.example/' }), 6, 'degraded', 'unreachable'],
    ['a client the server refuses', refuses('invalid_client', 401), 2, 'degraded', 'misconfigured'],
    ['a bare 400', answers(400), 6, 'degraded', 'refused'],
    ['a lost reply, forgiven', first(replyLost), 0, 'active', ''],
    ['invalid_grant, seen twice', refuses('invalid_grant'), 4, 'degraded', 'login_required'],
    ['nothing any more', undefined, 4, 'degraded', 'login_required'],
  ])('%s', async (_what, fault, exit, state, reason) => {
    server.fault = fault;
    const asked = server.presented.length;
    const { status, stdout, stderr } = await keytray.run(['token', 'lab', '--force']);
    expect(status).toBe(exit);
    expect(stdout).toBe(exit === 0 ? `${server.issued.at(-1)?.access}\n` : '');
    expect(stderr.startsWith('keytray: ')).toBe(exit !== 0);
    expect(await keytray.api.account('lab')).toMatchObject({ state, ...(reason === '' ? {} : { reason }) });
    if (fault === undefined) expect(server.presented).toHaveLength(asked);
  });
});
