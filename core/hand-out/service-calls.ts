import type { Account } from '../accounts/account.ts';
import { givenOf } from '../accounts/given-key.ts';
import { longestForbidden } from '../accounts/refresh-problem.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import { serviceOf } from '../accounts/service-address.ts';
import type { ServiceReply, ServiceRequest } from '../credentials/api-keys/provider.ts';
import { type PresentedHeader, presentedHeaders } from '../credentials/presented.ts';
import { callService, RateLimited } from '../credentials/service-call.ts';
import { KeytrayError } from '../errors.ts';
import type { Clock, Http } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { plainNeed } from './hand-out.ts';
import type { RejectedTokens } from './rejected-tokens.ts';
import type { TokenHandOut } from './token-hand-out.ts';

export interface ServiceCallsDependencies {
  readonly tokens: Pick<TokenHandOut, 'handOut'>;
  readonly rejected: Pick<RejectedTokens, 'renewed'>;
  readonly servers: Pick<ServerDirectory, 'of' | 'boundTo'>;
  readonly http: Http;
  readonly clock: Clock;
}

/** Calls of the broker's own to the service of an account, with the credential the account has. */
export class ServiceCalls {
  readonly #dependencies: ServiceCallsDependencies;

  constructor(dependencies: ServiceCallsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * A call below the account's address. A token that is not accepted is judged as a tool's would be, and the call made
   * again where another one has taken its place. Throws `KeytrayError` where there is no credential, or no answer.
   */
  async ask(account: Account, request: ServiceRequest, signal: AbortSignal): Promise<ServiceReply> {
    const { reply, token } = await this.#askOnce(account, request, signal);
    if (reply.status !== 401 || !(await this.#dependencies.rejected.renewed(account, token))) return reply;
    return (await this.#askOnce(account, request, signal)).reply;
  }

  async #askOnce(account: Account, request: ServiceRequest, signal: AbortSignal) {
    const { tokens, servers, http, clock } = this.#dependencies;
    const { settings } = account;
    const configured = settings.url ?? settings.check?.address;
    if (configured === undefined) {
      throw new KeytrayError('misconfigured', `${account.id} has no url to send requests to`, {
        account: account.id,
        advice: 'Set url: of the account to the address of its service.',
      });
    }
    return await atRest(account, clock, async () => {
      const { token } = await tokens.handOut(account, plainNeed, signal);
      const address = (await serviceOf(account, servers))?.href ?? configured;
      const headers = headersOf(account, token);
      const call = { fetch: http.fetchFor(settings.tls), clock, address, headers, signal };
      return { token, reply: await callService(call, request) };
    });
  }
}

/** The headers that carry the credential of an account, whose token is `token`. */
export function headersOf(account: Account, token: Secret): readonly [PresentedHeader, ...PresentedHeader[]] {
  return presentedHeaders(account.settings, { token, given: givenOf(account) });
}

/** Makes a call unless the service wants to be left alone, and notes where it begins to. */
export async function atRest<T>(account: Account, clock: Clock, call: () => Promise<T>): Promise<T> {
  const until = account.remarks.restingUntil;
  const left = until === undefined ? 0 : until - clock.monotonic();
  if (left > 0) {
    throw new RateLimited('temporarily_unavailable', `${account.settings.title} asks to wait: too many requests`, {
      account: account.id,
      retryAfter: Math.ceil(left / 1_000),
    });
  }
  try {
    return await call();
  } catch (error) {
    if (error instanceof RateLimited && error.retryAfter !== undefined) rest(account, clock, error.retryAfter);
    throw error;
  }
}

/** What is shown of it ends by itself. */
function rest({ remarks }: Account, clock: Clock, seconds: number): void {
  const wait = Math.min(seconds * 1_000, longestForbidden);
  const until = clock.monotonic() + wait;
  remarks.noteRest(until);
  clock.after(wait, () => {
    if (remarks.restingUntil === until) remarks.noteRest(undefined);
  });
}
