import type { Account } from '../accounts/account.ts';
import { never } from '../concurrency/pause.ts';
import { assumeRole } from '../credentials/aws-assume-role.ts';
import { type RoleCredentials, type RoleRequest, stsEndpoint } from '../credentials/aws-role.ts';
import type { Clock, Http, TlsSettings } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { DerivedCredentials } from './derived-credentials.ts';
import { plainNeed } from './hand-out.ts';
import type { TokenHandOut } from './token-hand-out.ts';

export interface RoleCredentialCacheDependencies {
  readonly tokens: Pick<TokenHandOut, 'handOut'>;
  readonly http: Http;
  readonly clock: Clock;
}

/** Tools of AWS ask twice for what has ten minutes left, and begin to look for better five minutes before that. */
const longestMargin = 20 * 60_000;

/** A third at most: the shortest sessions last fifteen minutes, and would never be used again otherwise. */
const margin = (life: number): number => Math.min(longestMargin, life / 3);

/** Credentials of AWS roles, in memory only, and one request to AWS for all who ask for the same. */
export class RoleCredentialCache {
  readonly #dependencies: RoleCredentialCacheDependencies;
  readonly #derived: DerivedCredentials<RoleCredentials>;

  constructor(dependencies: RoleCredentialCacheDependencies) {
    this.#dependencies = dependencies;
    this.#derived = new DerivedCredentials({ clock: dependencies.clock, margin });
  }

  /** Throws `KeytrayError`. That the account may use the role is the caller's to know. */
  async credentials(account: Account, request: RoleRequest): Promise<RoleCredentials> {
    await account.load();
    return await this.#derived.credentials({
      account: account.id,
      key: () => keyOf(account, request),
      obtain: () => this.#assume(account, request),
    });
  }

  /** The account was signed out, or is another person's now. */
  forget(account: string): void {
    this.#derived.forget(account);
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
}

/** Another sign-in means another person, and other settings another server. */
function keyOf(account: Account, request: RoleRequest): string {
  const { role, sessionName, duration, region, token } = request;
  const { awsStsEndpoint, clientId, issuer } = account.settings;
  const grant = [account.id, account.record?.signedInAt ?? 0, clientId, issuer ?? '', awsStsEndpoint ?? ''];
  return JSON.stringify([...grant, role, sessionName, duration ?? 0, region ?? '', token]);
}
