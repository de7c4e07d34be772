import { type Authorization, beginAuthorization } from '../oauth/authorization-request.ts';
import { judgeRedirect, type RedirectVerdict } from '../oauth/authorization-response.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import { listenForRedirect } from '../oauth/loopback-redirect.ts';
import type { Clock } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import type { BrowserInvitation } from './pending-login.ts';

export type RedirectAnswer = Exclude<RedirectVerdict, { kind: 'stray' }>;

/** Authorization code + PKCE in the person's own browser (RFC 8252), open until its listener ends. */
export interface BrowserWay {
  readonly server: AuthorizationServer;
  readonly authorization: Authorization;
  readonly invitation: BrowserInvitation;
  /** Resolves when nobody came in time; never where it ended otherwise. */
  readonly expired: Promise<void>;
  judge(url: URL): RedirectVerdict;
  stop(): Promise<void>;
}

export interface BrowserWayOptions {
  readonly server: AuthorizationServer;
  readonly settings: AccountSettings;
  readonly clock: Clock;
  readonly loginHint: string | undefined;
  /** Called once, for the answer or a denial; the browser sees its page when it resolves. */
  readonly answer: (way: BrowserWay, verdict: RedirectAnswer) => Promise<CallbackPage>;
}

const deadline = 300_000;

/** Throws `KeytrayError` `misconfigured` where no port is free. */
export async function openBrowserWay(options: BrowserWayOptions): Promise<BrowserWay> {
  const { server, settings, clock, loginHint } = options;
  let way: BrowserWay | undefined;
  const redirect = await listenForRedirect({
    settings: settings.redirect,
    deadlineMs: deadline,
    clock,
    judge: (url) => way?.judge(url) ?? { kind: 'stray', why: 'not ready' },
    answer: async (verdict) => (way === undefined ? notOpenPage(settings.title) : await options.answer(way, verdict)),
  });
  try {
    const authorization = await beginAuthorization(server, settings, redirect.redirectUri, { loginHint });
    way = {
      server,
      authorization,
      invitation: { authorizationUrl: authorization.authorizationUrl, expiresAt: clock.now() + deadline },
      expired: new Promise((resolve) => {
        void redirect.ended.then((how) => how === 'deadline' && resolve());
      }),
      judge: (url) =>
        judgeRedirect(url, {
          redirectUri: authorization.redirectUri,
          state: authorization.state,
          issuer: server.issuer,
          issuerRequired: server.issuerRequired,
        }),
      stop: () => redirect.close(),
    };
    return way;
  } catch (error) {
    await redirect.close();
    throw error;
  }
}

export const notOpenPage = (title: string): CallbackPage => ({
  kind: 'failed',
  title,
  what: 'This sign-in is no longer open.',
});
