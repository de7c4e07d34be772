import type { Account } from '../accounts/account.ts';
import { never } from '../concurrency/pause.ts';
import { plainNeed } from '../hand-out/hand-out.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { TokenHandOut } from '../hand-out/token-hand-out.ts';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { Caller } from '../wire/broker-api.ts';
import type { TokenRequest, TokenView } from '../wire/schemas.ts';
import type { HelperCalls } from './helper-calls.ts';
import { tokenNeed, tokenView } from './views/token-view.ts';

export interface TokenApiDependencies {
  readonly tokens: TokenHandOut;
  readonly helpers: Pick<HelperCalls, 'handedOut'>;
  readonly gate: HandOutGate;
  readonly clock: Clock;
  readonly find: (id: string) => Promise<Account>;
}

/** Tokens for whoever asks by name, and for the person in front of the screen. */
export class TokenApi {
  readonly #dependencies: TokenApiDependencies;

  constructor(dependencies: TokenApiDependencies) {
    this.#dependencies = dependencies;
  }

  async token(id: string, request: TokenRequest, caller: Caller): Promise<TokenView> {
    const { tokens, helpers, gate, clock, find } = this.#dependencies;
    const account = await find(id);
    gate.check(account.id);
    const handOut = await tokens.handOut(account, tokenNeed(request, caller), caller.signal);
    // It may have been closed while a sign-in or a refresh was waited for.
    gate.check(account.id);
    helpers.handedOut(account.id, 'api', undefined, caller);
    return tokenView(account, request, handOut, clock.now());
  }

  /** The access token for the person's own clipboard, which no stop of hand-outs keeps from them. */
  async forPerson(id: string): Promise<Secret> {
    const { tokens, find } = this.#dependencies;
    return (await tokens.handOut(await find(id), plainNeed, never)).token;
  }

  /** Renews by hand, past our own back-off. Fails as a forced request for a token does. */
  async refresh(id: string): Promise<void> {
    const { tokens, find } = this.#dependencies;
    await tokens.handOut(await find(id), { ...plainNeed, force: true }, never);
  }
}
