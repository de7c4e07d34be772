import { afterEach, beforeEach, expect, it } from 'vitest';
import { authority, serverCertificate } from '../../integration/oauth/secure-server.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type RotatingServer, startRotatingServer } from '../../support/rotating-server.ts';
import { type SocksProxy, startSocksProxy } from '../../support/socks-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

const issuer = 'https://login.lab.example';
let server: RotatingServer;
let proxy: SocksProxy;
let keytray: Keytray;
const config = (top: string) =>
  `${top}accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, store: memory } }\n`;

beforeEach(async () => {
  server = await startRotatingServer({ secure: { ...serverCertificate(), issuer } });
  proxy = await startSocksProxy(server.port);
  // The environment's own proxy leads nowhere.
  keytray = await createKeytray({ HTTPS_PROXY: 'http://127.0.0.1:1' });
});
afterEach(async () => {
  await keytray.close();
  await proxy.close();
  await server.close();
});

const started = () => keytray.api.startLogin('lab', { user_agent: 'none' });

it('goes through the proxy and trusts the authority that the configuration names for all, as soon as it does', async () => {
  const proxied = `proxy: { url: 'socks5h://127.0.0.1:${proxy.port}' }\n`;
  await keytray.configure(config(''));
  await keytray.startAgent();
  await expect(started()).rejects.toMatchObject({ code: 'temporarily_unavailable' });

  await keytray.configure(config(proxied));
  await waitFor('a request through the proxy', async () => {
    await started().catch(() => undefined);
    return proxy.asked.length > 0;
  });
  await expect(started()).rejects.toMatchObject({ message: expect.stringContaining('certificate') });

  await keytray.configure(config(`${proxied}tls: { ca: '${authority}' }\n`));
  await waitFor('a sign-in', async () =>
    started().then(
      ({ authorization_url: address }) => address?.startsWith(`${issuer}/authorize?`) === true,
      () => false,
    ),
  );
  expect(new Set(proxy.asked)).toEqual(new Set(['5 login.lab.example:443']));
});
