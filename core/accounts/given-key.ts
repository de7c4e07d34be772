import { decodeJwt } from 'jose';
import { type Identity, plainReply } from '../oauth/token-reply.ts';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { Grant } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import { readInstant } from '../untrusted/instant.ts';
import { configuredEndpoints } from './origins.ts';
import { isGiven } from './renewal.ts';
import type { KeptSecrets } from './stored-account.ts';
import type { TokenRecord } from './token-record.ts';
import { recordOfSignIn } from './token-records.ts';

/** The values that are the credential, by the names of their fields; undefined where it is none a person gave. */
export const givenOf = ({
  settings,
  knownSecrets,
}: {
  readonly settings: Pick<AccountSettings, 'grant'>;
  readonly knownSecrets: KeptSecrets | undefined;
}): KeptSecrets['values'] | undefined => (isGiven(settings.grant.kind) ? knownSecrets?.values : undefined);

/** The end that a person has written into the configuration; milliseconds since the epoch. */
const writtenEnd = (grant: Grant): number | undefined => ('expiresAt' in grant ? grant.expiresAt : undefined);

/** When a key ends, in milliseconds since the epoch: as the configuration says, else as the key itself does (JWT). */
export function endOfKey({ grant }: Pick<AccountSettings, 'grant'>, key: Secret, now: number): number | undefined {
  const written = writtenEnd(grant);
  if (written !== undefined) return written;
  try {
    const end = readInstant(decodeJwt(key.reveal()).exp, now);
    return end === undefined || !Number.isFinite(end) ? undefined : end * 1_000;
  } catch {
    return undefined;
  }
}

/** The record of a key that was given now. `identity`: whom the service names; `service`: where, as its catalog says. */
export function recordOfKey(
  settings: AccountSettings,
  key: Secret,
  identity: Identity | undefined,
  clock: Clock,
  generation: number,
  service?: URL,
): TokenRecord {
  const now = clock.now();
  const reply = { ...plainReply(key, lifetimeUntil(endOfKey(settings, key, now), now)), identity };
  const endpoints = { ...configuredEndpoints(settings), ...(service && { service: service.href }) };
  const issuing = { endpoints, learned: undefined };
  return recordOfSignIn(settings, reply, issuing, clock, generation);
}

/** The same record with the end that the configuration names now. */
export function withWrittenEnd(record: TokenRecord, { grant }: Pick<AccountSettings, 'grant'>): TokenRecord {
  const end = isGiven(record.grant) ? writtenEnd(grant) : undefined;
  return end === undefined ? record : { ...record, lifetime: lifetimeUntil(end, record.obtainedAt) };
}

/** The same record, of a key whose ID and end the service has told; an end that the configuration names stays. */
export function withServiceKey(
  record: TokenRecord,
  { id, expiresAt }: { readonly id: string; readonly expiresAt: number | undefined },
  { grant }: Pick<AccountSettings, 'grant'>,
): TokenRecord {
  const known = { ...record, keyId: id };
  if (writtenEnd(grant) !== undefined || expiresAt === undefined) return known;
  return { ...known, lifetime: lifetimeUntil(expiresAt, record.obtainedAt) };
}

/** Whole seconds; 0 where the end has passed. */
function lifetimeUntil(end: number | undefined, from: number): number | undefined {
  return end === undefined ? undefined : Math.max(0, Math.floor((end - from) / 1_000));
}
