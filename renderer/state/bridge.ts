import type { Method, RequestOf, ResponseOf } from '../../ipc/contract.ts';
import type { ErrorView, Outcome } from '../../ipc/views.ts';

/** What Keytray answered instead of what was asked for. The message is for people. */
export class CallFailure extends Error {
  readonly code: string;

  constructor(error: ErrorView) {
    super(error.error_description);
    this.name = 'CallFailure';
    this.code = error.error;
  }
}

type Parameters<M extends Method> = RequestOf<M> extends undefined ? [] : [request: RequestOf<M>];

/** Asks the main process. Rejects with a `CallFailure`. */
export async function ask<M extends Method>(method: M, ...parameters: Parameters<M>): Promise<ResponseOf<M>> {
  // The bridge's functions differ by method, which the compiler cannot follow through a variable.
  const call = window.keytray[method] as (request: unknown) => Promise<Outcome<ResponseOf<M>>>;
  const outcome = await call(parameters[0]);
  if (outcome.ok) return outcome.value;
  throw new CallFailure(outcome.error);
}

/** One sentence for people, whatever went wrong. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
