import { noSecrets, serializeAccount } from '../../core/accounts/stored-account.ts';
import { storedRecord, type TokenRecord } from '../../core/accounts/token-record.ts';
import type { Clock } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';

/** A record received just now, good for an hour. */
export function recordAt(
  clock: Pick<Clock, 'now' | 'uptime' | 'bootId'>,
  changes: Partial<TokenRecord> = {},
): TokenRecord {
  return {
    grant: 'authorization_code',
    refreshToken: new Secret('refresh-1'),
    accessToken: new Secret('access-1'),
    idToken: undefined,
    idTokenRenewed: undefined,
    tokenType: 'bearer',
    scope: 'openid',
    lifetime: 3_600,
    obtainedAt: clock.now(),
    bootId: clock.bootId,
    uptime: clock.uptime(),
    generation: 1,
    clockSkew: 0,
    identity: undefined,
    clientId: 'keytray',
    issuer: 'https://login.lab.example',
    endpoints: undefined,
    signedInAt: clock.now(),
    loginEnd: undefined,
    sessionEnded: false,
    learned: undefined,
    ...changes,
  };
}

/** The item of an account that holds this record and nothing else. */
export const serializeRecord = (record: TokenRecord): Secret =>
  serializeAccount({ grant: record.grant, secrets: noSecrets, record });

/** The same as the first version of the item had it, before anything but a record was in it. */
export const formerRecord = (record: TokenRecord): Secret =>
  new Secret(JSON.stringify({ version: 1, ...storedRecord(record, false) }));
