import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '../../../demo/children.ts';
import { row } from '../../rows/row.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { type Athena, startAthena } from '../../support/vendors/athena/athena.ts';

describe('a herd at the end of a token of Athena, while its server is slow', () => {
  let athena: Athena;
  let keytray: Keytray;

  beforeAll(async () => {
    athena = await startAthena();
    const { service, tokens, authority } = athena;
    keytray = await createKeytray();
    await keytray.configure(`accounts:
  athena:
    service: athena
    store: memory
    client_id: ${tokens.client.id}
    token_endpoint: ${tokens.tokenEndpoint}
    tls: { ca: ${authority.file} }
    settings: { host: "${service.host}" }
`);
    await keytray.startAgent();
    const input = `${tokens.client.secret}\n`;
    expect(await keytray.run(['login', 'athena'], { input })).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await keytray?.close();
    await athena?.close();
  });

  it('costs one token request, over the socket, the command line and the endpoint of exec', async () => {
    row('A1', 'A2');
    const { tokens } = athena;
    const waits = 'console.log(process.env.OAUTH_AUTH_URL); setInterval(() => undefined, 1000)';
    const exec = startChild(program('keytray'), ['exec', 'athena', '--', process.execPath, '-e', waits], {
      env: keytray.env,
      cwd: keytray.folder,
    });
    const url = await exec.firstLine();

    tokens.lifetime = 1;
    const short = await keytray.api.token('athena', { force: true });
    // Before it ends, because the broker may renew it by itself.
    tokens.lifetime = 600;
    tokens.faults.add('/oauth/token', { kind: 'slow', milliseconds: 5_000 });
    const before = tokens.tokenRequests();
    const end = Date.parse(short.expires_at ?? '');
    await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(end);

    const overSocket = async () => (await keytray.api.token('athena', {})).access_token ?? '';
    const byCommand = async () => {
      const { stdout, stderr } = await keytray.run(['token', 'athena']);
      return stdout.trim() || stderr;
    };
    const atEndpoint = async () => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', audience: 'crisp-athena-live' });
      const answer = await fetch(url, { method: 'POST', body });
      const { access_token } = (await answer.json()) as { readonly access_token?: string };
      return access_token ?? `status ${answer.status}`;
    };
    const several = (count: number, ask: () => Promise<string>) => Array.from({ length: count }, ask);
    const answers = await Promise.all([
      ...several(150, overSocket),
      ...several(20, atEndpoint),
      ...several(30, byCommand),
    ]);

    expect(answers).toHaveLength(200);
    expect(new Set(answers)).toEqual(new Set([tokens.issued.at(-1)]));
    expect(tokens.issued.at(-1)).not.toBe(short.access_token);
    expect(tokens.tokenRequests() - before).toBe(1);
    await exec.stop();
  });
});
