import type { Clock } from '../ports.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import type { DeviceAuthorization } from './device-grant.ts';
import { withIdentity } from './identity.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { type Refused, requestTokens } from './token-endpoint.ts';
import type { TokenReply } from './token-reply.ts';

export type DeviceOutcome =
  | { readonly kind: 'granted'; readonly reply: TokenReply }
  /** The person said no. */
  | { readonly kind: 'denied'; readonly error: string; readonly description: string | undefined }
  | { readonly kind: 'expired' }
  /** By our own signal. */
  | { readonly kind: 'stopped' };

export type PollVerdict = 'pending' | 'slow_down' | 'without_verifier' | 'denied' | 'expired' | 'try_again' | 'over';

/** What a poll without tokens means (RFC 8628 §3.5). `verified`: a code verifier went with it. Pure. */
export function judgePoll({ failure }: OAuthFailure, verified = false): PollVerdict {
  // An answer whose content failed a check was the tokens: the code is spent.
  if (failure.kind === 'rejected') return 'over';
  if (failure.kind !== 'oauth_error') return 'try_again';
  switch (failure.error) {
    case 'authorization_pending':
    case 'slow_down':
      return failure.error === 'slow_down' ? 'slow_down' : 'pending';
    case 'access_denied':
    // Microsoft Entra's word for it.
    case 'authorization_declined':
      return 'denied';
    case 'expired_token':
      return 'expired';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'try_again';
    // RFC 7636 §4.6; a server that took the challenge without looking at it may not know the verifier.
    case 'invalid_request':
    case 'invalid_grant':
      return verified && failure.status < 500 && failure.status !== 429 ? 'without_verifier' : others(failure.status);
    default:
      return others(failure.status);
  }
}

const others = (status: number): PollVerdict => (status === 429 || status >= 500 ? 'try_again' : 'over');

export interface PollOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** `Clock.uptime()` at which the code runs out: sleep counts, the server's clock goes on. */
  readonly deadline: number;
  /** Server clock minus ours in seconds. */
  readonly clockSkew: number | undefined;
  /** Told of the first failure of a row that is waited out. */
  readonly onTrouble: (failure: OAuthFailure) => void;
  /** Given tokens that came and are not part of the outcome. */
  readonly refused?: Refused | undefined;
}

const slowDownStep = 5;
const longestDelay = 60;

/**
 * Asks the token endpoint until the person has answered, the code has run out or `signal` aborts. Throws what cannot
 * get better: an `OAuthFailure`, or a `KeytrayError` of the HTTP port.
 */
export async function pollForTokens(
  server: AuthorizationServer,
  device: DeviceAuthorization,
  options: PollOptions,
): Promise<DeviceOutcome> {
  const { clock, deadline, signal } = options;
  let { interval, codeVerifier } = device;
  let failures = 0;
  let retryAfter = 0;
  for (;;) {
    const backedOff = Math.min(interval * 2 ** Math.min(failures, 6), Math.max(interval, longestDelay));
    const delay = Math.max(backedOff, retryAfter);
    const left = deadline - clock.uptime();
    await wait(clock, 1_000 * Math.max(0, Math.min(left, delay)), signal);
    if (signal.aborted) return { kind: 'stopped' };
    if (left <= delay || clock.uptime() >= deadline) return { kind: 'expired' };

    const answer = await poll(server, { ...device, codeVerifier }, options);
    if (signal.aborted) {
      if (answer.kind === 'granted')
        await options.refused?.({ ...answer.reply, subject: answer.reply.identity?.subject });
      return { kind: 'stopped' };
    }
    if (answer.kind === 'granted') return answer;
    const verdict = answer.spent ? 'over' : judgePoll(answer.failure, codeVerifier !== undefined);
    retryAfter = answer.failure.retryAfter ?? 0;
    switch (verdict) {
      case 'pending':
        failures = 0;
        break;
      case 'slow_down':
        failures = 0;
        interval += slowDownStep;
        break;
      case 'without_verifier':
        failures = 0;
        codeVerifier = undefined;
        break;
      case 'try_again':
        if (failures === 0) options.onTrouble(answer.failure);
        failures += 1;
        break;
      case 'denied':
        return { kind: 'denied', ...wordsOf(answer.failure) };
      case 'expired':
        return { kind: 'expired' };
      case 'over':
        throw answer.failure;
    }
  }
}

const wordsOf = ({ failure }: OAuthFailure): { readonly error: string; readonly description: string | undefined } =>
  failure.kind === 'oauth_error'
    ? { error: failure.error, description: failure.description }
    : { error: 'access_denied', description: undefined };

type Answer =
  | { readonly kind: 'granted'; readonly reply: TokenReply }
  /** `spent`: the tokens were given and could not be checked; asking again would be refused. */
  | { readonly kind: 'failed'; readonly failure: OAuthFailure; readonly spent: boolean };

async function poll(server: AuthorizationServer, device: DeviceAuthorization, options: PollOptions): Promise<Answer> {
  // The server's keys are asked for only once it has given the tokens.
  let spent = false;
  const watched: AuthorizationServer = {
    ...server,
    fetch: (url, init) => {
      if (String(url) !== server.tokenEndpoint.href) spent = true;
      const signals = init?.signal ? [init.signal, options.signal] : [options.signal];
      return server.fetch(url, { ...init, signal: AbortSignal.any(signals) });
    },
  };
  try {
    const reply = await requestTokens(
      watched,
      (client, configuration) =>
        client.genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
          device_code: device.deviceCode.reveal(),
          ...(device.codeVerifier === undefined ? {} : { code_verifier: device.codeVerifier.reveal() }),
          ...(server.resource === undefined ? {} : { resource: server.resource }),
        }),
      { clockSkew: options.clockSkew, idToken: 'must be valid', refused: options.refused },
    );
    spent = true;
    return { kind: 'granted', reply: await withIdentity(server, reply, options.refused) };
  } catch (failure) {
    if (failure instanceof OAuthFailure) return { kind: 'failed', failure, spent };
    throw failure;
  }
}

async function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(milliseconds, resolve);
  const aborted = (): void => resolve();
  signal.addEventListener('abort', aborted, { once: true });
  try {
    await promise;
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', aborted);
  }
}
