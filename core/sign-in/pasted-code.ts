import type { Account } from '../accounts/account.ts';
import { serverEndpoints } from '../accounts/origins.ts';
import { serverFailure } from '../accounts/server-directory.ts';
import { serviceNow } from '../accounts/service-address.ts';
import { receiptNow, recordOfSignIn } from '../accounts/token-records.ts';
import { deadline } from '../concurrency/deadline.ts';
import { checkCredential } from '../credentials/credential-check.ts';
import { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import { exchangeCode } from '../oauth/pasted-code-grant.ts';
import type { Identity, TokenReply } from '../oauth/token-reply.ts';
import { checkIdentity } from './accept-tokens.ts';
import type { Given, Obtaining, Tried, TryParts } from './given.ts';

/** A code that a page of the registry shows: a refresh token, which the try exchanges for the first record. */
export const pastedCode: Obtaining = {
  kind: 'fields',
  page: codePage,
  spent: true,
  tryIt: tryCode,
  // Only the registry has a token to give.
  untried: () => undefined,
};

/** Milliseconds. The session waits in memory until it is known whose it is. */
const patience = 5_000;

async function codePage(account: Account, { servers }: Pick<TryParts, 'servers'>): Promise<URL | undefined> {
  const registry = await serviceNow(account, servers);
  const { catalog } = account.settings;
  if (registry === undefined || catalog === undefined) return undefined;
  return new URL(`${registry.href.replace(/\/+$/, '')}${catalog.codePage}`);
}

async function tryCode(account: Account, given: Given, parts: TryParts): Promise<Tried> {
  const { settings } = account;
  const { clock, acceptOther } = parts;
  const { server, receipt, reply } = await exchange(account, given, parts);
  const identity = await identityOf(account, reply, server, parts);
  checkIdentity({ account, acceptOther, reply: { identity } });
  const issuing = { endpoints: serverEndpoints(server), learned: undefined };
  return {
    identity,
    record: (generation) => ({
      ...recordOfSignIn(settings, { ...reply, identity }, issuing, clock, generation),
      ...receipt,
    }),
  };
}

async function exchange(account: Account, { code }: Given, { servers, clock, page }: TryParts) {
  const { id, settings } = account;
  if (code === undefined) throw new KeytrayError('invalid_request', 'the code is missing', { account: id });
  try {
    const server = await servers.of(account);
    if (server.tokenEndpoint.origin !== page?.origin) throw movedMeanwhile(account);
    const receipt = receiptNow(clock);
    const exchanged = await exchangeCode(server, code, clock.now());
    if (exchanged.kind === 'tokens') return { server, receipt, reply: exchanged.reply };
    throw new KeytrayError('access_denied', `${settings.title} does not accept the code; nothing was stored`, {
      account: id,
      detail: exchanged.words ?? `status ${exchanged.status}`,
      advice: 'Open the page again and paste the code it shows now: each is good once.',
    });
  } catch (error) {
    throw serverFailure(error, account);
  }
}

/** A code goes to the registry that has shown it, and to no other. */
const movedMeanwhile = ({ id, settings }: Account): KeytrayError =>
  new KeytrayError('misconfigured', `the catalog of ${settings.title} names another registry by now`, {
    account: id,
    advice: 'Start the sign-in again, if the registry it names now is right.',
  });

/** Whose session it is, as the check of the service tells; undefined where it does not, which costs no sign-in. */
async function identityOf(
  { settings }: Account,
  { accessToken }: TokenReply,
  { service }: AuthorizationServer,
  { http, clock }: TryParts,
): Promise<Identity | undefined> {
  const limit = deadline(clock, patience);
  try {
    const asked = { http, clock, signal: limit.signal, address: service };
    const verdict = await checkCredential(settings, { token: accessToken, given: undefined }, asked);
    const who = verdict?.kind === 'accepted' ? verdict.who : undefined;
    if (who === undefined) return undefined;
    const email = who.includes('@') ? who : undefined;
    return { issuer: settings.url ?? settings.service, subject: who, email, name: who };
  } catch {
    return undefined;
  } finally {
    limit.cancel();
  }
}
