import type { Account } from '../accounts/account.ts';
import { endOfKey, recordOfKey } from '../accounts/given-key.ts';
import { serviceNow } from '../accounts/service-address.ts';
import { never } from '../concurrency/pause.ts';
import { checkCredential } from '../credentials/credential-check.ts';
import { assertNever, KeytrayError, retold } from '../errors.ts';
import type { Identity } from '../oauth/token-reply.ts';
import type { Secret } from '../secret.ts';
import { isoTime } from '../untrusted/instant.ts';
import type { Given, Obtaining, Tried, TryParts } from './given.ts';

/** A key or a static token: the check of the service is the try, and the key itself the credential. */
export const apiKey: Obtaining = {
  kind: 'fields',
  tryIt: tryKey,
  untried: (...tried) => triedKey(...tried, undefined),
};

async function tryKey(account: Account, given: Given, parts: TryParts): Promise<Tried> {
  const { settings } = account;
  const key = keyOf(account, given);
  refuseEnded(account, key, parts);
  const address = await serviceNow(account, parts.servers);
  const verdict = await checkCredential(settings, { token: key, given }, { ...parts, address, signal: never });
  if (verdict === undefined) return triedKey(account, given, parts, undefined, address);
  switch (verdict.kind) {
    case 'accepted':
      return triedKey(account, given, parts, identityOf(account, verdict.who), address);
    case 'refused':
    case 'failed':
      throw retold(verdict.failure, { message: `${verdict.failure.message}; nothing was stored` });
    default:
      return assertNever(verdict);
  }
}

function triedKey(
  account: Account,
  given: Given,
  { clock }: TryParts,
  identity: Identity | undefined,
  service?: URL,
): Tried {
  const { settings } = account;
  const key = keyOf(account, given);
  return { identity, record: (generation) => recordOfKey(settings, key, identity, clock, generation, service) };
}

/** Of several values the first stands for all. */
function keyOf({ id, settings }: Account, given: Given): Secret {
  const key = given[settings.fields[0]?.name ?? ''];
  if (key === undefined) throw new KeytrayError('invalid_request', 'the key is missing', { account: id });
  return key;
}

function refuseEnded({ id, settings }: Account, key: Secret, { clock }: TryParts): void {
  const end = endOfKey(settings, key, clock.now());
  if (end === undefined || end > clock.now()) return;
  const day = isoTime(end).slice(0, 10);
  throw new KeytrayError('access_denied', `the key ended on ${day}; nothing was stored`, {
    account: id,
    advice: 'Enter one that is still valid; if this one is, correct expires_at of the account.',
  });
}

function identityOf({ settings }: Account, who: string | undefined): Identity | undefined {
  if (who === undefined) return undefined;
  const issuer = settings.url ?? settings.check?.address ?? settings.service;
  return { issuer, subject: who, email: undefined, name: who };
}
