import { type RunningAuthorizationServer, startAuthorizationServer } from '../../cli/demo/authorization-server.ts';
import { createKeytray, type Keytray } from '../support/keytray.ts';
import { signIn } from '../support/sign-in.ts';
import { lab, manyAccounts } from './many-accounts.ts';
import { type OidcAgent, oidcAgentClient, startOidcAgent } from './oidc-agent.ts';

/** Keytray and its peer, both signed in at the same authorization server. */
export interface WarmLab {
  readonly server: RunningAuthorizationServer;
  readonly keytray: Keytray;
  readonly keytrayPid: number;
  readonly peer: OidcAgent;
  close(): Promise<void>;
}

// Seconds; longer than any run of the bench.
const ttl = { IdToken: 3_600, RefreshToken: 86_400, Grant: 86_400, Interaction: 600, Session: 86_400 };

/** `lifetime` gives the seconds of a token issued now. */
export async function startWarmLab(lifetime: () => number): Promise<WarmLab> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.toReversed()) await end();
  };
  try {
    const server = await startAuthorizationServer({
      clients: [{ clientId: 'keytray' }, oidcAgentClient],
      configuration: { ttl: { ...ttl, AccessToken: lifetime } },
    });
    closers.push(() => server.close());
    const keytray = await createKeytray();
    closers.push(() => keytray.close());
    await keytray.configure(manyAccounts(server.issuer, 1));
    const { pid: keytrayPid } = await keytray.startAgent();
    if (keytrayPid === undefined) throw new Error('the agent did not start');
    const peer = await startOidcAgent();
    closers.push(() => peer.close());
    const { state } = await signIn(keytray, lab.account);
    if (state !== 'succeeded') throw new Error(`the sign-in ended as ${state}`);
    await peer.load(lab.account, server.issuer, oidcAgentClient);
    return { server, keytray, keytrayPid, peer, close };
  } catch (error) {
    await close();
    throw error;
  }
}
