import { KeytrayError } from '../../core/errors.ts';
import type { TokenRequest, TokenView } from '../../core/wire/schemas.ts';
import type { SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet, Issue } from './authorization-fleet.ts';
import type { BrokerProcess } from './broker-process.ts';
import type { Checks, Invariant } from './checks.ts';
import type { SimulatedKeychain } from './simulated-keychain.ts';
import type { TokenWatch } from './token-watch.ts';
import { minute, second, type World } from './world.ts';

interface Call {
  readonly account: SimulatedAccount;
  readonly process: BrokerProcess;
  /** `World.awake` at the call. */
  readonly since: number;
}

export interface CallersOptions {
  readonly world: World;
  readonly fleet: AuthorizationFleet;
  readonly checks: Checks;
  readonly tokens: TokenWatch;
  readonly keychain: SimulatedKeychain;
  readonly loginRequired: (account: SimulatedAccount) => void;
}

// Two requests that time out, and the pause between them.
const longestCall = 2 * minute;
// The broker's own back-off, and somewhat more.
const longestBackOff = 16 * minute;
// A keychain that is open again is noticed by then.
const longestUnlock = minute;

/** The tools that ask for tokens, and look closely at what they get. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #calls = new Set<Call>();
  #lockedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  async ask(process: BrokerProcess, account: SimulatedAccount, request: TokenRequest): Promise<void> {
    const { world, checks } = this.#options;
    const call = { account, process, since: world.awake };
    this.#calls.add(call);
    checks.count('calls');
    try {
      const answer = await process.token(account.id, request);
      if (answer instanceof KeytrayError) this.#refused(account, answer);
      else this.#served(account, answer);
    } catch (error) {
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      checks.violated('unexpected failure', world.time, account.id, what);
    } finally {
      this.#calls.delete(call);
      this.#inTime(call);
    }
  }

  /** The keychain is no longer as it was. */
  keychainChanged(): void {
    this.#lockedAt = this.#options.world.awake;
  }

  /** Nobody waits for a process that is gone. */
  left(process: BrokerProcess): void {
    for (const call of this.#calls) {
      if (call.process !== process) continue;
      this.#calls.delete(call);
      this.#inTime(call);
    }
  }

  #inTime({ account, since }: Call): void {
    const { world, checks } = this.#options;
    const waited = world.awake - since;
    if (waited <= longestCall) return;
    checks.violated('call never answered', world.time, account.id, `${Math.round(waited / second)} s`);
  }

  #served(account: SimulatedAccount, { access_token: token = '' }: TokenView): void {
    const { world, fleet, checks } = this.#options;
    checks.count('calls answered with a token');
    checks.count(`served: ${account.grant}`);
    const issue = account.grant === 'api_key' ? issueOfKey(account, token) : fleet.find(token)?.issue;
    const violated = (invariant: Invariant, what: string): void =>
      checks.violated(invariant, world.time, account.id, what);
    if (issue === undefined) violated('unexpected failure', 'an unknown token');
    else if (!issue.stored) violated('token handed out before it was stored', token);
    else if (issue.expiresAt <= world.time) {
      violated('expired token handed out', `${((world.time - issue.expiresAt) / second).toFixed(3)} s over`);
    }
  }

  #refused(account: SimulatedAccount, failure: KeytrayError): void {
    const { world, checks, loginRequired } = this.#options;
    const { code, message } = failure;
    if (code === 'login_required') {
      loginRequired(account.subject ?? account);
    } else if (code === 'temporarily_unavailable' || code === 'keychain_locked') {
      checks.count('calls told to wait or to try later');
      if (!this.#excused(account, code)) checks.violated('refused without cause', world.time, account.id, message);
    } else checks.violated('unexpected failure', world.time, account.id, `${code}: ${message}`);
  }

  #excused(account: SimulatedAccount, code: 'temporarily_unavailable' | 'keychain_locked'): boolean {
    const { world, keychain, tokens } = this.#options;
    if (code === 'temporarily_unavailable') {
      const servers = [account, account.subject].flatMap((each) => each?.server.index ?? []);
      return servers.some((server) => tokens.failedWithin(server, longestBackOff));
    }
    return keychain.trouble !== undefined || world.awake - this.#lockedAt < longestUnlock;
  }
}

/** A key is what a person gave: it was in the keychain before it was any account's. */
function issueOfKey({ key }: SimulatedAccount, token: string): Pick<Issue, 'stored' | 'expiresAt'> | undefined {
  return key?.text === token ? { stored: true, expiresAt: key.endsAt ?? Number.POSITIVE_INFINITY } : undefined;
}
