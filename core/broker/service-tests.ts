import type { SecureContext } from 'node:tls';
import type { Account } from '../accounts/account.ts';
import { KeytrayError } from '../errors.ts';
import { whatToDo } from '../failures/next-step.ts';
import type { CredentialChecks } from '../hand-out/credential-checks.ts';
import { testDatabase } from '../hand-out/database-check.ts';
import { checkWarehouse, type DatabaseLogins, targetOf } from '../hand-out/database-logins.ts';
import { type HandOut, plainNeed } from '../hand-out/hand-out.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { RejectedTokens } from '../hand-out/rejected-tokens.ts';
import type { TokenHandOut } from '../hand-out/token-hand-out.ts';
import type { Clock } from '../ports.ts';
import { printable } from '../untrusted/plain-text.ts';
import type { Caller } from '../wire/broker-api.ts';
import type { TestedDatabaseView, TestRequest, TestView } from '../wire/check-schemas.ts';
import { testedDatabaseView } from './views/credential-view.ts';

export interface ServiceTestsDependencies {
  readonly tokens: Pick<TokenHandOut, 'handOut'>;
  readonly checks: CredentialChecks;
  readonly rejected: Pick<RejectedTokens, 'renewed'>;
  readonly databases: Pick<DatabaseLogins, 'login'>;
  /** Whom a database of the account must be certified by. */
  readonly authorities: (account: Account) => Promise<SecureContext>;
  readonly gate: Pick<HandOutGate, 'check'>;
  readonly clock: Clock;
  readonly find: (id: string) => Promise<Account>;
}

/** `keytray test`: whether an account works, from its credential to the service's own word. */
export class ServiceTests {
  readonly #dependencies: ServiceTestsDependencies;

  constructor(dependencies: ServiceTestsDependencies) {
    this.#dependencies = dependencies;
  }

  /** What is wrong with the account is part of the answer. Throws where there is no such account. */
  async test(id: string, { target }: TestRequest, { signal }: Pick<Caller, 'signal'>): Promise<TestView> {
    const { clock, find } = this.#dependencies;
    const account = await find(id);
    const database = databaseOf(account, target);
    const begun = clock.monotonic();
    const duration = () => Math.round(clock.monotonic() - begun);
    let handOut: HandOut | undefined;
    try {
      this.#dependencies.gate.check(account.id);
      // Before the token: at such an address nobody can sign in either, and the token's failure would hide the cause.
      if (database !== undefined) checkWarehouse(account, targetOf(account, database).target);
      const tested = await this.#test(account, signal, (had) => {
        handOut = had;
      });
      const duration_ms = duration();
      const loggedIn = database === undefined ? {} : { database: await this.#logIn(account, database) };
      return { ok: true, ...tested, ...scopeOf(account), duration_ms, ...credentialView(handOut), ...loggedIn };
    } catch (error) {
      if (!(error instanceof KeytrayError)) throw error;
      return { ok: false, duration_ms: duration(), ...credentialView(handOut), ...failureOf(error, account.id) };
    }
  }

  async #logIn(account: Account, name: string): Promise<TestedDatabaseView> {
    const { databases, authorities, clock } = this.#dependencies;
    const login = await databases.login(account, name);
    return testedDatabaseView(name, login, await testDatabase(login, await authorities(account), clock));
  }

  async #test(
    account: Account,
    signal: AbortSignal,
    had: (handOut: HandOut) => void,
  ): Promise<Pick<TestView, 'who' | 'checked'>> {
    const { tokens, checks, rejected } = this.#dependencies;
    for (let attempt = 1; ; attempt += 1) {
      const handOut = await tokens.handOut(account, plainNeed, signal);
      had(handOut);
      const verdict = await checks.check(account, handOut.token, signal);
      if (verdict === undefined) return { checked: false };
      if (verdict.kind === 'accepted') {
        return { checked: true, ...(verdict.who === undefined ? {} : { who: printable(verdict.who) }) };
      }
      // It may have been ended at the service before its time.
      const again = attempt === 1 && verdict.kind === 'refused' && (await rejected.renewed(account, handOut.token));
      if (!again) throw verdict.failure;
    }
  }
}

/** The database to log in to: the one named, or the only one. Throws where a name is none of the account's. */
function databaseOf(account: Account, target: string | undefined): string | undefined {
  const several = Object.keys(account.settings.lakebase ?? {}).length !== 1;
  return target === undefined && several ? undefined : targetOf(account, target).name;
}

function scopeOf({ settings }: Account): Pick<TestView, 'scope'> {
  const { scope, project } = settings.settings;
  return scope === undefined ? {} : { scope: printable(project === undefined ? scope : `${scope} ${project}`) };
}

function credentialView(handOut: HandOut | undefined): Pick<TestView, 'token_length' | 'expires_in'> {
  if (handOut === undefined) return {};
  const { secondsLeft } = handOut;
  return {
    token_length: handOut.token.length,
    expires_in: secondsLeft === undefined ? null : Math.max(0, Math.floor(secondsLeft)),
  };
}

function failureOf(error: KeytrayError, account: string): Partial<TestView> {
  return {
    error: error.code,
    cause: printable(error.message),
    fix: printable(whatToDo({ ...curableOf(error), account })),
    ...(error.retryAfter === undefined ? {} : { retry_after: error.retryAfter }),
  };
}

const curableOf = ({ code, message, fix, advice }: KeytrayError) => ({ code, message, fix, advice });
