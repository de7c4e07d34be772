import type { Account } from '../accounts/account.ts';
import { never } from '../concurrency/pause.ts';
import { assumeRole } from '../credentials/aws-assume-role.ts';
import { type RoleCredentials, type RoleRequest, stsEndpoint } from '../credentials/aws-role.ts';
import type { Clock, Http, TlsSettings } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { plainNeed } from './hand-out.ts';
import type { TokenHandOut } from './token-hand-out.ts';

export interface RoleCredentialCacheDependencies {
  readonly tokens: Pick<TokenHandOut, 'handOut'>;
  readonly http: Http;
  readonly clock: Clock;
}

interface Held {
  readonly account: string;
  readonly obtainedAt: number;
  readonly credentials: RoleCredentials;
}

/** Tools of AWS ask twice for what has ten minutes left, and begin to look for better five minutes before that. */
const longestMargin = 20 * 60_000;
/** With fewer left, a request may arrive too late. */
const shortestUse = 60_000;
/** Callers choose the session's name; the oldest goes first. */
const mostHeld = 200;

/** Credentials of AWS roles, in memory only, and one request to AWS for all who ask for the same. */
export class RoleCredentialCache {
  readonly #dependencies: RoleCredentialCacheDependencies;
  readonly #held = new Map<string, Held>();
  readonly #asked = new Map<string, Promise<RoleCredentials>>();

  constructor(dependencies: RoleCredentialCacheDependencies) {
    this.#dependencies = dependencies;
  }

  /** Throws `KeytrayError`. That the account may use the role is the caller's to know. */
  async credentials(account: Account, request: RoleRequest): Promise<RoleCredentials> {
    await account.load();
    const key = keyOf(account, request);
    const held = account.record === undefined ? undefined : this.#held.get(key);
    if (held !== undefined && this.#left(held.credentials) > marginOf(held)) return held.credentials;
    const asked = this.#asked.get(key) ?? this.#ask(key, account, request);
    try {
      return await asked;
    } catch (error) {
      if (held !== undefined && this.#left(held.credentials) > shortestUse) return held.credentials;
      throw error;
    }
  }

  /** The account was signed out, or is another person's now. */
  forget(account: string): void {
    for (const [key, held] of this.#held) if (held.account === account) this.#held.delete(key);
  }

  #ask(key: string, account: Account, request: RoleRequest): Promise<RoleCredentials> {
    const asked = this.#assume(account, request)
      .then((credentials) => {
        // Signed out meanwhile: whoever asked before gets it, nobody after.
        if (keyOf(account, request) === key) this.#keep(key, account.id, credentials);
        return credentials;
      })
      .finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  async #assume(account: Account, request: RoleRequest): Promise<RoleCredentials> {
    const { settings } = account;
    const { http, tokens } = this.#dependencies;
    const own = settings.awsStsEndpoint;
    const endpoint = stsEndpoint(request, own);
    // An account that trusts any certificate of its own server does not so of Amazon's.
    const tls: TlsSettings = own === undefined ? { ...settings.tls, verify: true } : settings.tls;
    const token = async (force: boolean): Promise<Secret> => {
      const need = { ...plainNeed, kind: request.token, force, asker: 'aws' };
      // Others wait for the same answer: it goes on when this caller has gone.
      return (await tokens.handOut(account, need, never)).token;
    };
    return await assumeRole({ fetch: http.fetchFor(tls), endpoint, request, token });
  }

  #keep(key: string, account: string, credentials: RoleCredentials): void {
    for (const [other, held] of this.#held) if (this.#left(held.credentials) <= 0) this.#held.delete(other);
    this.#held.delete(key);
    const [oldest] = this.#held.keys();
    if (oldest !== undefined && this.#held.size >= mostHeld) this.#held.delete(oldest);
    this.#held.set(key, { account, obtainedAt: this.#dependencies.clock.now(), credentials });
  }

  #left({ expiresAt }: RoleCredentials): number {
    return expiresAt - this.#dependencies.clock.now();
  }
}

/** A third at most: the shortest sessions last fifteen minutes, and would never be used again otherwise. */
function marginOf({ obtainedAt, credentials }: Held): number {
  return Math.min(longestMargin, (credentials.expiresAt - obtainedAt) / 3);
}

/** Another sign-in means another person, and other settings another server. */
function keyOf(account: Account, request: RoleRequest): string {
  const { role, sessionName, duration, region, token } = request;
  const { awsStsEndpoint, clientId, issuer } = account.settings;
  const grant = [account.id, account.record?.signedInAt ?? 0, clientId, issuer ?? '', awsStsEndpoint ?? ''];
  return JSON.stringify([...grant, role, sessionName, duration ?? 0, region ?? '', token]);
}
