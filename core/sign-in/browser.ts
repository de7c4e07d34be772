import type { Account } from '../accounts/account.ts';
import { KeytrayError } from '../errors.ts';
import { AuthorizationAddress } from '../oauth/authorization-address.ts';
import { type Authorization, beginAuthorization } from '../oauth/authorization-request.ts';
import { completeAuthorization, judgeRedirect } from '../oauth/authorization-response.ts';
import { type AuthorizationServer, needsSecret } from '../oauth/authorization-server.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import { registerClient } from '../oauth/client-registration.ts';
import { type Arrival, type Destination, listenForRedirect, type StrayVerdict } from '../oauth/loopback-redirect.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import type { Refused } from '../oauth/token-endpoint.ts';
import type { Clock, Logger, LoopbackPeers } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import type { SignedIn } from './accept-tokens.ts';
import type { BrowserInvitation } from './pending-login.ts';
import { refuse } from './sign-in-ending.ts';

/** How a request is begun: Keytray opens the start address, or the person opens the address they were given. */
export type BegunAt = Arrival['begunAt'];

/** A request of ours, and where it is opened. */
export interface Begun {
  readonly request: Authorization;
  readonly address: AuthorizationAddress;
}

/** An answer, and the request of ours that it answers. */
export interface Answered extends Arrival {
  readonly request: Authorization;
}

/** Authorization code + PKCE in the person's own browser (RFC 8252), open until its listener ends. */
export interface BrowserSignIn {
  /** As the client of this sign-in uses it. */
  readonly server: AuthorizationServer;
  readonly port: number;
  readonly invitation: BrowserInvitation;
  /** Resolves when nobody came in time; never where it ended otherwise. */
  readonly expired: Promise<void>;
  /** Resolves when its port is free again. */
  readonly closed: Promise<unknown>;
  /**
   * The request that is begun this way, the same for all who ask. Each has a `state` and a verifier of its own: the
   * cookie is demanded of what was begun at the start address, and of nothing else. Throws `OAuthFailure` or
   * `KeytrayError` where the server does not take it.
   */
  begin(at: BegunAt): Promise<Begun>;
  judge(url: URL): Answered | StrayVerdict;
  /** The login has ended otherwise; the person's browser may still come for its page. */
  conclude(page: CallbackPage): void;
  stop(): Promise<void>;
}

export interface BrowserSignInOptions {
  readonly server: AuthorizationServer;
  readonly settings: AccountSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peers: LoopbackPeers;
  readonly loginHint: string | undefined;
  readonly first: BegunAt;
  /** Called once, for the answer or a denial; the browser sees its page when it resolves. */
  readonly answer: (way: BrowserSignIn, answered: Answered) => Promise<CallbackPage>;
  /** The answer to what was begun at the start address, from a browser without its cookie. */
  readonly fromElsewhere: (way: BrowserSignIn, answered: Answered) => void;
  /** A browser of another user was refused. */
  readonly refused: (why: string) => void;
  /** Something came that is not the answer. */
  readonly strayed: (why: string) => void;
  /** A browser came to be sent off, and the server did not take the request. */
  readonly troubled: (why: string) => void;
}

const deadline = 300_000;

/** Throws `KeytrayError` `misconfigured` where no port is free, what `registerClient` throws, and what `begin` throws. */
export async function openBrowserSignIn(options: BrowserSignInOptions): Promise<BrowserSignIn> {
  const { settings, clock, loginHint } = options;
  if (settings.clientSecret === 'required' && options.server.clientAuthentication.method === 'none')
    throw needsSecret(settings);
  const begun = new Map<BegunAt, Promise<Begun>>();
  const made = new Map<BegunAt, Begun>();
  let way: BrowserSignIn | undefined;
  const expiresAt = clock.now() + deadline;
  const redirect = await listenForRedirect({
    ...options,
    settings: settings.redirect,
    title: settings.title,
    deadlineMs: deadline,
    destination: async () => {
      const destination = await destinationOf(made.get('start'));
      if (destination.kind === 'trouble') options.troubled(destination.why);
      return destination;
    },
    judge: (url) => way?.judge(url) ?? { kind: 'stray', why: 'not ready' },
    answer: async (answered) => (way === undefined ? notOpenPage(settings.title) : await options.answer(way, answered)),
    fromElsewhere: (answered) => {
      if (way !== undefined) options.fromElsewhere(way, answered);
    },
    strayed: options.strayed,
  });

  let server = options.server;
  const make = async (at: BegunAt): Promise<Begun> => {
    const request = await beginAuthorization({ ...settings, clientId: server.clientId }, redirect.redirectUri, {
      loginHint,
    });
    const address = new AuthorizationAddress(server, request, clock);
    await address.prepare();
    const whole = { request, address };
    made.set(at, whole);
    return whole;
  };
  const begin = async (at: BegunAt): Promise<Begun> => {
    const known = begun.get(at) ?? make(at);
    begun.set(at, known);
    // Whoever asks next tries again.
    known.catch(() => begun.delete(at));
    return await known;
  };
  const judge = (url: URL): Answered | StrayVerdict => {
    const strays: StrayVerdict[] = [];
    for (const [begunAt, { request }] of made) {
      const { issuer, issuerRequired } = server;
      const answer = judgeRedirect(url, { ...request, issuer, issuerRequired });
      if (answer.kind !== 'stray') return { kind: 'arrival', begunAt, request, answer };
      strays.push(answer);
    }
    return mostTelling(strays);
  };

  try {
    if (settings.registersClient === true)
      server = server.as(await registerClient(server, settings, redirect.redirectUri));
    await begin(options.first);
    way = {
      server,
      port: redirect.port,
      get invitation() {
        return { startUrl: made.has('start') ? redirect.startUrl : undefined, expiresAt };
      },
      expired: new Promise((resolve) => {
        void redirect.ended.then((how) => how === 'deadline' && resolve());
      }),
      closed: redirect.ended,
      begin,
      judge,
      conclude: (page) => redirect.conclude(page),
      stop: () => redirect.close(),
    };
    return way;
  } catch (error) {
    await redirect.close();
    throw error;
  }
}

async function destinationOf(begun: Begun | undefined): Promise<Destination> {
  if (begun === undefined) return { kind: 'nothing_begun' };
  try {
    return { kind: 'address', url: (await begun.address.take()).url };
  } catch (error) {
    const known = error instanceof OAuthFailure || error instanceof KeytrayError;
    return { kind: 'trouble', why: known ? error.message : 'something unexpected happened' };
  }
}

/** With two requests open, each is strange to the other; what else is wrong says more. */
const mostTelling = (strays: readonly StrayVerdict[]): StrayVerdict =>
  strays.find(({ why }) => why !== 'another state') ?? strays[0] ?? { kind: 'stray', why: 'not ready' };

/** The tokens for the code of an answer. Throws `OAuthFailure`, or `KeytrayError` `access_denied` where it is a no. */
export async function exchangeCode(
  account: Account,
  { server }: BrowserSignIn,
  { request, answer }: Answered,
  refused: Refused,
): Promise<SignedIn> {
  if (answer.kind === 'denied') return refuse(answer, account);
  const clockSkew = account.record?.clockSkew ?? 0;
  return { server, reply: await completeAuthorization(server, request, answer.url, { clockSkew, refused }) };
}

export const notOpenPage = (title: string): CallbackPage => ({
  kind: 'failed',
  title,
  what: 'This sign-in is no longer open.',
});
