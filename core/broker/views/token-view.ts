import path from 'node:path';
import type { HandOut, TokenNeed } from '../../hand-out/hand-out.ts';
import { isoTime } from '../../untrusted/instant.ts';
import { printable } from '../../untrusted/plain-text.ts';
import type { Caller } from '../../wire/broker-api.ts';
import type { TokenRequest, TokenView } from '../../wire/schemas.ts';

/** What a request of the local API asks of an account's tokens. */
export function tokenNeed(request: TokenRequest, caller: Caller): TokenNeed {
  const { executable } = caller.consumer;
  return {
    kind: request.token ?? 'access',
    minTtl: request.min_ttl,
    force: request.force ?? false,
    wait: request.wait ?? 0,
    audience: request.audience,
    scope: request.scope,
    asker: executable === undefined ? undefined : printable(path.basename(executable)),
  };
}

/** The token as the wire shows it: here, by request, the secret leaves the broker. */
export function tokenView(account: string, kind: 'access' | 'id', handOut: HandOut, now: number): TokenView {
  const { secondsLeft } = handOut;
  const token = handOut.token.reveal();
  return {
    ...(kind === 'access' ? { access_token: token } : { id_token: token }),
    token_type: handOut.tokenType === 'bearer' ? 'Bearer' : handOut.tokenType,
    ...(secondsLeft === undefined
      ? {}
      : {
          expires_in: Math.max(0, Math.floor(secondsLeft)),
          expires_at: isoTime(now + secondsLeft * 1_000),
        }),
    ...(handOut.scope === undefined ? {} : { scope: handOut.scope }),
    account,
  };
}
