import type { Account } from '../../accounts/account.ts';
import { never } from '../../concurrency/pause.ts';
import type { AskService, ServiceRequest } from '../../credentials/api-keys/provider.ts';
import { EffectUnknown } from '../../credentials/service-call.ts';
import { KeytrayError } from '../../errors.ts';
import type { ServiceCalls } from '../../hand-out/service-calls.ts';

/** Carries out the calls of one request to the keys of an account, and knows whether one may have had an effect unseen. */
export class ServiceAsker {
  readonly #account: Account;
  readonly #calls: Pick<ServiceCalls, 'ask'>;
  #last: 'harmless' | 'refused' | 'doubtful' = 'harmless';

  constructor(account: Account, calls: Pick<ServiceCalls, 'ask'>) {
    this.#account = account;
    this.#calls = calls;
  }

  /** Goes on when the caller has gone: what it has begun at the service must come to an end. */
  readonly ask: AskService = async (request) => {
    this.#last = 'harmless';
    try {
      const reply = await this.#calls.ask(this.#account, request, never);
      this.#note(request, reply.status >= 500 || reply.status < 300);
      return reply;
    } catch (error) {
      this.#note(request, error instanceof EffectUnknown);
      throw error;
    }
  };

  /** Whether the request that failed with `error` may have been carried out: no answer, or none that can be read. */
  mayHaveHappened(error: unknown): boolean {
    const passing = error instanceof KeytrayError && error.code === 'temporarily_unavailable';
    return this.#last === 'doubtful' && (passing || !(error instanceof KeytrayError));
  }

  #note({ once }: ServiceRequest, doubtful: boolean): void {
    if (once === true) this.#last = doubtful ? 'doubtful' : 'refused';
  }
}
