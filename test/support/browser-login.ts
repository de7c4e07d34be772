import { NodeHttp } from '../../core/http/node-http.ts';
import { AuthorizationAddress } from '../../core/oauth/authorization-address.ts';
import { type Authorization, beginAuthorization } from '../../core/oauth/authorization-request.ts';
import { completeAuthorization, judgeRedirect } from '../../core/oauth/authorization-response.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from '../../core/oauth/authorization-server.ts';
import { listenForRedirect } from '../../core/oauth/loopback-redirect.ts';
import type { TokenReply } from '../../core/oauth/token-reply.ts';
import type { Secret } from '../../core/secret.ts';
import type { AccountSettings } from '../../core/services/service.ts';
import { followForms, type LastPage } from '../../demo/built-in-user-agent.ts';
import { fetchOf } from './authorization-server.ts';
import { MemoryLogger } from './broker-socket.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';

export interface LoginOptions {
  readonly login?: string;
  readonly consent?: 'allow' | 'deny';
  readonly clientSecret?: Secret;
  /** Changes what we remember of our own request, to see it noticed. */
  readonly distort?: (authorization: Authorization) => Authorization;
}

export interface FinishedLogin {
  readonly server: AuthorizationServer;
  readonly authorization: Authorization;
  readonly page: LastPage;
  /** What came of it: the tokens, or why there are none. */
  readonly outcome: TokenReply | Error;
}

/** One whole sign-in with the real parts, the browser excepted: discovery, listener, forms, code exchange. */
export async function logIn(settings: AccountSettings, options: LoginOptions = {}): Promise<FinishedLogin> {
  const server = await discoverAuthorizationServer(settings, {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: options.clientSecret,
  });
  let pending: Authorization | undefined;
  let outcome: TokenReply | Error = new Error('nothing arrived');
  const redirect = await listenForRedirect({
    settings: settings.redirect,
    title: settings.title,
    destination: async () => ({ kind: 'nothing_begun' }),
    fromElsewhere: () => undefined,
    strayed: () => undefined,
    deadlineMs: 60_000,
    clock: new ManualClock(),
    logger: new MemoryLogger(),
    peers: kernelPeers,
    refused: () => undefined,
    judge: (url) => {
      if (pending === undefined) return { kind: 'stray', why: 'too early' };
      const { redirectUri, state } = pending;
      const { issuer, issuerRequired } = server;
      const answer = judgeRedirect(url, { redirectUri, state, issuer, issuerRequired });
      return answer.kind === 'stray' ? answer : { kind: 'arrival', begunAt: 'address', answer };
    },
    answer: async ({ answer: verdict }) => {
      if (verdict.kind === 'denied' || pending === undefined) {
        outcome = new Error(verdict.kind === 'denied' ? verdict.error : 'too early');
        return { kind: 'failed', title: settings.title, what: outcome.message };
      }
      try {
        outcome = await completeAuthorization(server, pending, verdict.url);
        return { kind: 'signed_in', title: settings.title, who: outcome.identity?.name };
      } catch (error) {
        outcome = error instanceof Error ? error : new Error(String(error));
        return { kind: 'failed', title: settings.title, what: outcome.message };
      }
    },
  });
  const authorization = await beginAuthorization(settings, redirect.redirectUri);
  pending = options.distort?.(authorization) ?? authorization;
  try {
    const { url } = await new AuthorizationAddress(server, authorization, new ManualClock()).take();
    const page = await followForms(url, {
      login: options.login ?? 'ada',
      ...(options.consent === undefined ? {} : { consent: options.consent }),
    });
    return { server, authorization, page, outcome };
  } finally {
    await redirect.close();
  }
}

/** The tokens of a login that must have worked. */
export function tokensOf({ outcome }: FinishedLogin): TokenReply {
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
