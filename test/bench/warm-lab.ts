import { type RunningAuthorizationServer, startAuthorizationServer } from '../../demo/authorization-server.ts';
import { createKeytray, type Keytray } from '../support/keytray.ts';
import { signIn } from '../support/sign-in.ts';
import { lab, manyAccounts } from './many-accounts.ts';
import { type OidcAgent, oidcAgentClient, startOidcAgent } from './oidc-agent.ts';
import { type Product, thisCheckout } from './product.ts';

/** The peer, signed in at an authorization server of its own. */
export interface PeerLab {
  readonly server: RunningAuthorizationServer;
  readonly peer: OidcAgent;
  close(): Promise<void>;
}

/** A broker with one account, signed in. */
export interface SignedIn {
  readonly keytray: Keytray;
  readonly keytrayPid: number;
  close(): Promise<void>;
}

/** Keytray and its peer, both signed in at the same authorization server. */
export interface WarmLab extends PeerLab, SignedIn {}

// Seconds; longer than any run of the bench.
const ttl = { IdToken: 3_600, RefreshToken: 86_400, Grant: 86_400, Interaction: 600, Session: 86_400 };

/** `lifetime` gives the seconds of a token issued now. */
export async function startPeerLab(lifetime: () => number): Promise<PeerLab> {
  const server = await startAuthorizationServer({
    clients: [{ clientId: 'keytray' }, oidcAgentClient],
    configuration: { ttl: { ...ttl, AccessToken: lifetime } },
  });
  const agent = await startOidcAgent().catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await agent.close();
    await server.close();
  };
  try {
    await agent.load(lab.account, server.issuer, oidcAgentClient);
    return { server, peer: agent, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function startSignedIn({ issuer }: RunningAuthorizationServer, product: Product): Promise<SignedIn> {
  const keytray = await createKeytray({}, product.program);
  try {
    await keytray.configure(manyAccounts(issuer, 1));
    const { pid: keytrayPid } = await keytray.startAgent();
    if (keytrayPid === undefined) throw new Error('the agent did not start');
    const { state } = await signIn(keytray, lab.account);
    if (state !== 'succeeded') throw new Error(`the sign-in ended as ${state}`);
    return { keytray, keytrayPid, close: () => keytray.close() };
  } catch (error) {
    await keytray.close();
    throw error;
  }
}

/** `lifetime` gives the seconds of a token issued now. */
export async function startWarmLab(lifetime: () => number): Promise<WarmLab> {
  const peerLab = await startPeerLab(lifetime);
  try {
    const signedIn = await startSignedIn(peerLab.server, thisCheckout);
    const close = async (): Promise<void> => {
      await signedIn.close();
      await peerLab.close();
    };
    return { ...peerLab, ...signedIn, close };
  } catch (error) {
    await peerLab.close();
    throw error;
  }
}
