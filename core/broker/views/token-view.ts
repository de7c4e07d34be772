import path from 'node:path';
import type { Account } from '../../accounts/account.ts';
import { serviceUrlOf } from '../../accounts/service-address.ts';
import { fieldOf } from '../../hand-out/given-field.ts';
import type { HandOut, TokenNeed } from '../../hand-out/hand-out.ts';
import { headersOf } from '../../hand-out/service-calls.ts';
import type { Secret } from '../../secret.ts';
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
export function tokenView(account: Account, request: TokenRequest, handOut: HandOut, now: number): TokenView {
  const { secondsLeft } = handOut;
  const serviceUrl = serviceUrlOf(account);
  const given = fieldOf(account, request.field);
  const token = (given ?? handOut.token).reveal();
  return {
    ...(request.token === 'id'
      ? { id_token: token }
      : { access_token: token, ...presentationOf(account, handOut.token) }),
    token_type: handOut.tokenType === 'bearer' ? 'Bearer' : handOut.tokenType,
    expires_in: secondsLeft === undefined ? null : Math.max(0, Math.floor(secondsLeft)),
    expires_at: secondsLeft === undefined ? null : isoTime(now + secondsLeft * 1_000),
    ...(handOut.scope === undefined ? {} : { scope: handOut.scope }),
    ...(serviceUrl === undefined ? {} : { service_url: serviceUrl }),
    account: account.id,
  };
}

/** How a request to the service carries it. */
function presentationOf(account: Account, token: Secret): Pick<TokenView, 'authorization' | 'headers'> {
  const headers = headersOf(account, token).map(({ name, value }) => ({ name, value: value.reveal() }));
  const [first, ...others] = headers;
  if (first === undefined || others.length > 0) return { headers };
  return { authorization: { header: first.name, value: first.value } };
}
