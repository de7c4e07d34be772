import type { Account } from '../accounts/account.ts';
import { givenOf } from '../accounts/given-key.ts';
import { confirmationDelay } from '../accounts/refresh-problem.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import { serviceOf } from '../accounts/service-address.ts';
import { inBackground } from '../concurrency/background.ts';
import { never } from '../concurrency/pause.ts';
import { checkCredential } from '../credentials/credential-check.ts';
import type { Verdict } from '../credentials/service-check.ts';
import type { Clock, Http, Logger } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { atRest } from './service-calls.ts';

export interface CredentialChecksDependencies {
  readonly servers: Pick<ServerDirectory, 'of' | 'boundTo'>;
  readonly http: Http;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Milliseconds between two checks that a tool's word sets off. */
const pauseBetween = 60_000;
// Timers may fire a little before the monotonic clock says so.
const timerSlack = 25;

/**
 * Asks services what they think of the credentials they were given. A key that nothing renews is given up only when its
 * service says no twice in words of its own, the second time to ourselves.
 */
export class CredentialChecks {
  readonly #dependencies: CredentialChecksDependencies;
  readonly #last = new Map<string, number>();

  constructor(dependencies: CredentialChecksDependencies) {
    this.#dependencies = dependencies;
  }

  /** Undefined where the service has no check for the grant. Throws `KeytrayError` where nobody answered. */
  async check(account: Account, token: Secret, signal: AbortSignal): Promise<Verdict | undefined> {
    const { clock, http } = this.#dependencies;
    const given = givenOf(account);
    const generation = account.generation;
    const address = await this.#addressOf(account);
    const verdict = await atRest(account, clock, () =>
      checkCredential(account.settings, { token, given }, { http, clock, signal, address }),
    );
    if (verdict !== undefined && given !== undefined) await this.#judge(account, generation, verdict);
    return verdict;
  }

  /** A tool says that its key was refused: a hint, which costs a check at most once a minute. */
  async report(account: Account, value: Secret): Promise<void> {
    const { record } = account;
    if (record === undefined || !record.accessToken.equals(value) || account.settings.check === undefined) return;
    const now = this.#dependencies.clock.monotonic();
    const last = this.#last.get(account.id);
    if (last !== undefined && now - last < pauseBetween) return;
    this.#last.set(account.id, now);
    await this.check(account, value, never).catch(() => undefined);
  }

  /** Where only the authorization server or the catalog knows. */
  async #addressOf(account: Account): Promise<URL | undefined> {
    const { record, settings } = account;
    if (record === undefined || settings.check === undefined) return undefined;
    const { servers } = this.#dependencies;
    if (settings.check.check.kind !== 'userinfo') return await serviceOf(account, servers);
    return (await servers.boundTo(account, record)).userinfoEndpoint;
  }

  async #judge(account: Account, generation: number, verdict: Verdict): Promise<void> {
    if (verdict.kind === 'accepted') {
      account.reconsider((problem) => (problem.kind === 'suspect' ? { kind: 'none' } : problem));
      return;
    }
    // Where the certificate is not verified anybody on the way could say so.
    if (verdict.kind !== 'refused' || !verdict.certain || !account.settings.tls.verify) return;
    const { clock, random } = this.#dependencies;
    const { message: why, detail } = verdict.failure;
    const failure = { kind: 'invalid_grant', retryAfter: undefined, why, detail } as const;
    account.noteFailure(generation, failure, { now: clock.monotonic(), random: random(), forced: false });
    const { state } = account;
    if (state.kind !== 'signed_in') return;
    const { record, problem } = state;
    if (problem.kind === 'dead' && !record.sessionEnded) {
      await account.commit((next) => ({ ...record, sessionEnded: true, generation: next }), record.generation);
    }
    if (problem.kind === 'suspect') clock.after(confirmationDelay + timerSlack, () => this.#again(account, generation));
  }

  #again(account: Account, generation: number): void {
    const { record, generation: now } = account;
    if (record === undefined || now !== generation) return;
    const again = this.check(account, record.accessToken, never);
    inBackground(this.#dependencies.logger, 'check a key again', again);
  }
}
