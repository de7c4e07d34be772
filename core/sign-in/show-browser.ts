import { serverFailure, wordsOf } from '../accounts/server-directory.ts';
import { redirectUriToRegister } from '../config/resolve.ts';
import { KeytrayError } from '../errors.ts';
import type { Clock, Logger, UserAgent } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import type { Begun, BegunAt, BrowserSignIn } from './browser.ts';
import type { LoginAttempt } from './login-attempt.ts';

/** The request that is begun there. Throws `KeytrayError` where the server does not take it. */
export async function beginAt({ account }: LoginAttempt, way: BrowserSignIn, at: BegunAt): Promise<Begun> {
  try {
    return await way.begin(at);
  } catch (error) {
    throw serverFailure(error, account);
  }
}

/** For whoever opens it themselves; one that the server lets end soon (RFC 9126 §2.2) is told so. Throws `KeytrayError`. */
export async function addressToOpen(attempt: LoginAttempt, { address }: Begun): Promise<URL> {
  try {
    const { url, usableFor } = await address.take();
    if (usableFor !== undefined) {
      attempt.hint(`open the address within ${usableFor} s; after that, start the sign-in again for a new one`);
    }
    return url;
  } catch (error) {
    throw serverFailure(error, attempt.account);
  }
}

/** Opens the start address. Where no browser opens, those who follow the login are told, and what else there is. */
export async function showBrowser(
  attempt: LoginAttempt,
  way: BrowserSignIn,
  { userAgent, logger }: { readonly userAgent: UserAgent; readonly logger: Logger },
): Promise<void> {
  const { startUrl } = way.invitation;
  if (startUrl === undefined) return;
  try {
    await userAgent.open(startUrl, attempt.account.settings.browser);
    attempt.browserOpened();
  } catch (error) {
    logger.warn('no browser could be opened', { account: attempt.account.id, why: wordsOf(error) });
    const why = error instanceof KeytrayError ? error.message : 'it could not be started';
    attempt.noBrowserOpened({ why, device: way.server.deviceAuthorizationEndpoint !== undefined });
  }
}

// Most sign-ins are over by then, and a person in front of an error page has begun to wonder. Milliseconds.
const patience = 20_000;

function whatToCompare(settings: AccountSettings): string {
  const uri = redirectUriToRegister(settings);
  if (settings.registersClient === true) return `its server may not allow redirects to this machine, as ${uri}`;
  return `compare this with the client registered there: client ID ${settings.clientId}, redirect URI ${uri}`;
}

/**
 * A server that does not know the client or its redirect URI says so in the browser and sends nobody back (RFC 6749
 * §4.1.2.1): without a word here the person waits for the end of the deadline.
 */
export function hintAtErrorPage(attempt: LoginAttempt, clock: Clock): void {
  const { settings } = attempt.account;
  const timer = clock.after(patience, () => {
    attempt.hint(`if the page in the browser shows an error, ${whatToCompare(settings)}`);
  });
  void attempt.login.ended.then(() => timer.cancel());
}
