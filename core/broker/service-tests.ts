import type { Account } from '../accounts/account.ts';
import { KeytrayError } from '../errors.ts';
import { whatToDo } from '../failures/next-step.ts';
import type { CredentialChecks } from '../hand-out/credential-checks.ts';
import { type HandOut, plainNeed } from '../hand-out/hand-out.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { RejectedTokens } from '../hand-out/rejected-tokens.ts';
import type { TokenHandOut } from '../hand-out/token-hand-out.ts';
import type { Clock } from '../ports.ts';
import { printable } from '../untrusted/plain-text.ts';
import type { TestView } from '../wire/check-schemas.ts';

export interface ServiceTestsDependencies {
  readonly tokens: Pick<TokenHandOut, 'handOut'>;
  readonly checks: CredentialChecks;
  readonly rejected: Pick<RejectedTokens, 'renewed'>;
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
  async test(id: string, signal: AbortSignal): Promise<TestView> {
    const { clock, find } = this.#dependencies;
    const account = await find(id);
    const begun = clock.monotonic();
    const duration = () => Math.round(clock.monotonic() - begun);
    let handOut: HandOut | undefined;
    try {
      this.#dependencies.gate.check(account.id);
      const tested = await this.#test(account, signal, (had) => {
        handOut = had;
      });
      return { ok: true, ...tested, duration_ms: duration(), ...credentialView(handOut) };
    } catch (error) {
      if (!(error instanceof KeytrayError)) throw error;
      return { ok: false, duration_ms: duration(), ...credentialView(handOut), ...failureOf(error, account.id) };
    }
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
