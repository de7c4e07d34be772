import { deadline } from '../concurrency/deadline.ts';
import { pause } from '../concurrency/pause.ts';
import { KeytrayError } from '../errors.ts';
import { NothingSent } from '../http/nothing-sent.ts';
import { cureOf } from '../oauth/failure-cure.ts';
import { detailOf } from '../oauth/failure-words.ts';
import { failureOfThrown } from '../oauth/map-error.ts';
import type { OAuthFailure } from '../oauth/oauth-failure.ts';
import { readReply } from '../oauth/reply.ts';
import type { Clock, Fetch } from '../ports.ts';
import type { ServiceReply, ServiceRequest } from './api-keys/provider.ts';
import type { PresentedHeader } from './presented.ts';

export interface ServiceCall {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** The request's path goes below it. */
  readonly address: string;
  readonly headers: readonly PresentedHeader[];
  readonly signal: AbortSignal;
}

const tries = 3;
/** Milliseconds for all tries and the waits between them. */
const longest = 15_000;
/** Seconds, where the service names no time. */
const waits = [1, 2];

/** The service asks to be left alone for longer than a caller can wait. */
export class RateLimited extends KeytrayError {}

/** A call that is made once may have been carried out: no answer tells. */
export class EffectUnknown extends KeytrayError {}

/**
 * A call with a credential below the address of a service. Network errors, 429 and 5xx are tried three times within 15
 * seconds; every other answer is the caller's to judge. Throws `RateLimited`, and `KeytrayError` where no answer came.
 */
export async function callService(call: ServiceCall, request: ServiceRequest): Promise<ServiceReply> {
  const { clock } = call;
  const end = clock.monotonic() + longest;
  const limit = deadline(clock, longest);
  const signal = AbortSignal.any([call.signal, limit.signal]);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await once({ ...call, signal }, request);
      const wait = 1_000 * (outcome.retryAfter ?? waits[attempt - 1] ?? 0);
      const last = attempt === tries || clock.monotonic() + wait >= end;
      if (!outcome.again || (last && outcome.kind === 'reply' && outcome.reply.status !== 429)) return given(outcome);
      if (last) throw outcome.kind === 'reply' ? rateLimited(outcome.host, wait / 1_000) : outcome.failure;
      await pause(clock, wait, call.signal);
      call.signal.throwIfAborted();
    }
  } finally {
    limit.cancel();
  }
}

type Outcome = { readonly again: boolean; readonly retryAfter: number | undefined } & (
  | { readonly kind: 'reply'; readonly reply: ServiceReply; readonly host: string }
  | { readonly kind: 'failed'; readonly failure: KeytrayError }
);

function given(outcome: Outcome): ServiceReply {
  if (outcome.kind === 'failed') throw outcome.failure;
  return outcome.reply;
}

/** A name of a person or a service in a path that a URL would read as the folder above: another request than was meant. */
const leadsUp = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

function targetOf(address: string, path: string): URL {
  // An endpoint of metadata is used as it is given, a slash at its end included.
  if (path === '') return new URL(address);
  if (leadsUp.test(path)) throw new KeytrayError('invalid_request', 'a name of dots alone is no name of an object');
  return new URL(`${address.replace(/\/+$/, '')}${path}`);
}

async function once({ fetch, address, headers, signal }: ServiceCall, request: ServiceRequest): Promise<Outcome> {
  const target = targetOf(address, request.path);
  try {
    const response = await fetch(target, {
      method: request.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'keytray',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(headers.map(({ name, value }) => [name, value.reveal()])),
      },
      redirect: 'manual',
      signal,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const { status, text, retryAfter } = await readReply(target, response);
    const busy = status === 429 || (status === 503 && retryAfter !== undefined);
    const again = busy || (status >= 500 && request.once !== true);
    return { kind: 'reply', reply: { status, body: text }, host: target.host, again, retryAfter };
  } catch (thrown) {
    const failure = failureOfThrown(thrown, target);
    if (failure instanceof KeytrayError) return { kind: 'failed', failure, again: false, retryAfter: undefined };
    const again = request.once !== true || thrown instanceof NothingSent;
    return { kind: 'failed', failure: unreachable(failure, !again), again, retryAfter: undefined };
  }
}

function unreachable(error: OAuthFailure, doubtful: boolean): KeytrayError {
  const details = {
    detail: detailOf(error.failure),
    cause: error,
    ...cureOf(error.failure, { secretStored: false }),
  };
  const Failure = doubtful ? EffectUnknown : KeytrayError;
  return new Failure('temporarily_unavailable', error.message, details);
}

function rateLimited(host: string, seconds: number): RateLimited {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return new RateLimited('temporarily_unavailable', `${host} asks to wait: too many requests`, {
    retryAfter,
    detail: 'status 429',
    advice: `Wait ${retryAfter} seconds, then try again.`,
  });
}
