import { type FailureCode, KeytrayError, placeOf } from '../errors.ts';
import { timedFetch } from '../http/timed-fetch.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from '../oauth/authorization-server.ts';
import { classOfError } from '../oauth/error-class.ts';
import { cureOf } from '../oauth/failure-cure.ts';
import { detailOf } from '../oauth/failure-words.ts';
import { failureOfReply, failureOfThrown } from '../oauth/map-error.ts';
import { OAuthFailure, type OAuthFailureCause } from '../oauth/oauth-failure.ts';
import { readReply } from '../oauth/reply.ts';
import { checkAccessToken, type TokenCheck } from '../oauth/token-check.ts';
import type { Clock, Fetch, Http } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { AccountSettings, ClientAuthMethod } from '../services/service.ts';
import type { Account } from './account.ts';
import { boundEndpoints, isOfRegistration, serverEndpoints } from './origins.ts';
import { serverRoles, type TokenRecord } from './token-record.ts';

// Endpoints hardly ever move, and a sign-in should see it soon when they do.
const keptFor = 3_600_000;

interface Known {
  readonly settings: AccountSettings;
  readonly since: number;
  readonly server: Promise<AuthorizationServer>;
  /** Once it is there. */
  found?: AuthorizationServer;
}

/**
 * Each account's authorization server, discovered when first needed. After a sleep a server is first shown to be
 * there: a refresh token that rotates must not be spent on a network that only seems to be up.
 */
export class ServerDirectory {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  /** By client and server: the method that worked after another was refused. */
  readonly #clientAuth = new Map<string, ClientAuthMethod>();
  /** By origin: whether the server has answered since the last doubt. Undefined: there was none yet. */
  #proofs: Map<string, Promise<void>> | undefined;

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /** Throws `OAuthFailure` where the server or its metadata is no good, `KeytrayError` where the client secret is. */
  async of(account: Account): Promise<AuthorizationServer> {
    const known = this.#known.get(account.id);
    const now = this.#clock.monotonic();
    if (known !== undefined && known.settings === account.settings && now - known.since < keptFor) {
      return await known.server;
    }
    const server = this.#discover(account);
    const entry: Known = { settings: account.settings, since: now, server };
    this.#known.set(account.id, entry);
    try {
      entry.found = await server;
      account.remarks.noteClientAuth(entry.found.clientAuthentication.method);
      return entry.found;
    } catch (error) {
      this.forget(account.id);
      throw error;
    }
  }

  /** The server as a client with this secret uses it, for a try: nothing of it is kept. Throws as `of` does. */
  async withSecret(account: Account, clientSecret: Secret | undefined): Promise<AuthorizationServer> {
    return await discoverAuthorizationServer(account.settings, { fetch: this.#fetchFor(account), clientSecret });
  }

  /** Whether the server names itself in its answers (RFC 9207); undefined while its metadata is not known. */
  promisesIssuer(account: Account): boolean | undefined {
    if (account.settings.issuer === undefined) return false;
    const known = this.#known.get(account.id);
    return known?.settings === account.settings ? known.found?.issuerRequired : undefined;
  }

  /**
   * The server as the tokens of `record` may be sent to it: only where they came from. Notes with the account where
   * its metadata has moved. Throws `OAuthFailure`, also where the registration is another one by now; `KeytrayError`.
   */
  async boundTo(account: Account, record: TokenRecord): Promise<AuthorizationServer> {
    const found = await this.of(account);
    if (!isOfRegistration(record, account.settings)) {
      const what = 'the account names another client or server than the one that issued the tokens';
      throw new OAuthFailure(what, { kind: 'rejected', what, check: 'registration' });
    }
    const server = account.settings.registersClient === true ? found.as(record.clientId) : found;
    const named = serverEndpoints(server);
    const { endpoints, move } = boundEndpoints(record, named);
    account.remarks.noteMove(move);
    return serverRoles.every((role) => endpoints[role] === named[role]) && move === undefined
      ? server
      : server.at(endpoints);
  }

  /** Whether the server that issued the tokens of `record` takes one of them. Never throws. */
  async checkToken(account: Account, record: TokenRecord, token: Secret): Promise<TokenCheck> {
    try {
      return await checkAccessToken(await this.boundTo(account, record), token);
    } catch {
      return 'unknown';
    }
  }

  /** The machine has woken: whether the network leads anywhere is unknown. */
  doubt(): void {
    this.#proofs = new Map();
  }

  /** Resolves when the token endpoint's host has answered anything since the last doubt. Throws `OAuthFailure`. */
  async proveReachable(account: Account, server: AuthorizationServer): Promise<void> {
    const proofs = this.#proofs;
    if (proofs === undefined) return;
    const { origin } = server.tokenEndpoint;
    let proof = proofs.get(origin);
    if (proof === undefined) {
      proof = this.#ask(account, server.tokenEndpoint);
      proofs.set(origin, proof);
      proof.catch(() => proofs.delete(origin));
    }
    await proof;
  }

  /** Any answer will do, but for one that wants to be left alone: over TLS only the server itself can give one. */
  async #ask(account: Account, endpoint: URL): Promise<void> {
    try {
      const answer = await this.#fetchFor(account)(endpoint, { method: 'HEAD' });
      const reply = await readReply(endpoint, answer);
      if (reply.retryAfter !== undefined) throw failureOfReply(reply);
    } catch (thrown) {
      throw failureOfThrown(thrown, endpoint);
    }
  }

  /** The next use discovers again: the client secret or the server has changed. */
  forget(account: string): void {
    this.#known.delete(account);
  }

  #fetchFor({ settings }: Account): Fetch {
    return timedFetch(this.#http.fetchFor(settings.tls), this.#clock);
  }

  async #discover(account: Account): Promise<AuthorizationServer> {
    return await discoverAuthorizationServer(account.settings, {
      fetch: this.#fetchFor(account),
      clientSecret: await account.clientSecret.value(),
      clockSkew: account.record?.clockSkew,
      learnedClientAuth: this.#clientAuth.get(clientOf(account)) ?? account.record?.learned?.clientAuth,
      learnClientAuth: (method) => {
        this.#clientAuth.set(clientOf(account), method);
        account.remarks.noteClientAuth(method);
      },
    });
  }
}

const clientOf = (account: Account): string =>
  JSON.stringify([account.id, account.settings.clientId, serverNameOf(account)]);

/** Names the authorization server of an account; the same text for accounts at the same one. */
export const serverNameOf = ({ settings }: Account): string =>
  settings.issuer ?? settings.endpoints.tokenEndpoint ?? settings.id;

/** What of an account bears on the failures of its server. */
export interface FailingAccount {
  readonly id: string;
  readonly clientSecret: { readonly stored: boolean | undefined };
}

/** The failure a person meets when a sign-in could not get through to the server. */
export function serverFailure(error: unknown, { id: account, clientSecret }: FailingAccount): KeytrayError {
  if (error instanceof KeytrayError) return error;
  if (!(error instanceof OAuthFailure)) {
    return new KeytrayError('internal_error', 'the sign-in failed unexpectedly', { account, cause: error });
  }
  const { failure, message, retryAfter } = error;
  const details = {
    account,
    cause: error,
    detail: detailOf(failure),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...cureOf(failure, { secretStored: clientSecret.stored === true }),
  };
  return new KeytrayError(codeOf(failure), message, details);
}

/** RFC 6749 §5.2 and its kin: a code that came too late is no fault of the configuration, nor is a server in trouble. */
function codeOf(failure: OAuthFailureCause): FailureCode {
  if (failure.kind === 'rejected') return 'misconfigured';
  if (failure.kind !== 'oauth_error') return 'temporarily_unavailable';
  switch (classOfError(failure.error, failure.status)) {
    case 'passing':
      return 'temporarily_unavailable';
    case 'sign_in':
      return 'login_required';
    case 'refusal':
      return 'access_denied';
    case 'configuration':
    case 'unknown':
      return 'misconfigured';
  }
}

/** For the log: our own words. Those of any other error may quote what it failed on. */
export function wordsOf(error: unknown): string {
  if (error instanceof OAuthFailure) return `${error.message} (${detailOf(error.failure)})`;
  if (!(error instanceof KeytrayError)) return placeOf(error);
  return error.detail === undefined ? error.message : `${error.message} (${error.detail})`;
}
