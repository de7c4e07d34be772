import type { Account } from '../accounts/account.ts';
import { learnedOf } from '../accounts/learned.ts';
import { serverEndpoints } from '../accounts/origins.ts';
import { serverFailure } from '../accounts/server-directory.ts';
import { receiptNow, recordOfSignIn } from '../accounts/token-records.ts';
import { KeytrayError } from '../errors.ts';
import { requestClientToken } from '../oauth/client-credentials-grant.ts';
import { classOfError } from '../oauth/error-class.ts';
import { detailOf } from '../oauth/failure-words.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import { explainFailure } from '../services/failure-table.ts';
import type { Given, Obtaining, Tried, TryParts } from './given.ts';

/** RFC 6749 §4.4: the token request is the try, and its token the first record, as such tokens are counted and billed. */
export const clientCredentials: Obtaining = {
  kind: 'fields',
  tryIt: tryClientSecret,
  // Only the server has a token to give.
  untried: () => undefined,
};

async function tryClientSecret(account: Account, given: Given, parts: TryParts): Promise<Tried> {
  const { settings } = account;
  try {
    const server = await parts.servers.withSecret(account, given.client_secret);
    const receipt = receiptNow(parts.clock);
    const reply = await requestClientToken(server, settings);
    const issuing = { endpoints: serverEndpoints(server.unvouched()), learned: learnedOf(account, server) };
    return {
      identity: undefined,
      record: (generation) => ({
        ...recordOfSignIn(settings, reply, issuing, parts.clock, generation),
        ...receipt,
      }),
    };
  } catch (error) {
    throw refusalOf(error, account) ?? serverFailure(error, account);
  }
}

/** Whether the secret was refused, or what was asked for with it. Undefined where the server did not say no. */
function refusalOf(error: unknown, account: Account): KeytrayError | undefined {
  if (!(error instanceof OAuthFailure)) return undefined;
  const { failure } = error;
  const { id, settings } = account;
  const details = { account: id, detail: detailOf(failure), cause: error };
  if (failure.kind === 'http_status' && failure.status === 401) return wrongSecret(settings.title, details);
  if (failure.kind !== 'oauth_error') return undefined;
  const about = classOfError(failure.error, failure.status);
  if (about === 'passing') return undefined;
  const known =
    settings.refusals &&
    explainFailure(settings.refusals, { status: failure.status, words: failure.description ?? '' });
  if (known !== undefined && known.code !== 'temporarily_unavailable') {
    const advice = known.advice === undefined ? {} : { advice: known.advice };
    const code = known.refusesKey ? 'access_denied' : known.code;
    return new KeytrayError(code, `${known.cause}; nothing was stored`, { ...details, ...advice });
  }
  // Auth0 says access_denied of a wrong secret (401) as of a wrong audience (403).
  if (failure.error === 'invalid_client' || failure.status === 401) return wrongSecret(settings.title, details);
  const { audience, resource, scopes } = settings;
  const target = audience ?? resource;
  const asked = [
    ...(target === undefined ? [] : [`the audience ${target}`]),
    ...(scopes.length === 0 ? [] : [`the scopes ${scopes.join(' ')}`]),
  ].join(' with ');
  const what = failure.error === 'invalid_scope' && scopes.length > 0 ? `the scopes ${scopes.join(' ')}` : asked;
  const message =
    what === ''
      ? `${settings.title} gives this client no token`
      : `${settings.title} does not grant ${what} to this client`;
  return new KeytrayError('misconfigured', `${message}; nothing was stored`, {
    ...details,
    advice: 'Check the audience and the scopes of the account, and that the client may use them.',
  });
}

const wrongSecret = (title: string, details: { readonly account: string; readonly detail: string }): KeytrayError =>
  new KeytrayError('access_denied', `${title} refused the client ID or the client secret; nothing was stored`, {
    ...details,
    advice: 'Check the client ID of the account, and enter its secret again.',
  });
