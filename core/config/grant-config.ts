import type { AwsCredentials, Exchange } from '../services/grant.ts';
import type { LakebaseTargets } from '../services/lakebase.ts';
import type { Present } from '../services/present.ts';
import type { AccountConfig } from './config.ts';
import type { RawAccount } from './config-schema.ts';
import { expiryOf, secondsOf } from './grant-keys.ts';

/** The keys of a grant; left out where they are not written, so that the shape of an account stays small. */
type GrantConfig = Pick<
  AccountConfig,
  | 'grant'
  | 'url'
  | 'settings'
  | 'present'
  | 'minValidity'
  | 'preAuthenticate'
  | 'expiresAt'
  | 'exchange'
  | 'command'
  | 'awsCredentials'
  | 'lakebase'
>;

export function grantConfig(raw: RawAccount): GrantConfig {
  const { grant, url, settings, present, min_validity, pre_authenticate, expires_at, command, lakebase } = raw;
  const found: GrantConfig = {
    grant,
    url,
    settings,
    present: present === undefined ? undefined : presentOf(present),
    minValidity: min_validity === undefined ? undefined : secondsOf(min_validity),
    preAuthenticate: pre_authenticate,
    expiresAt: expires_at === undefined ? undefined : expiryOf(expires_at),
    exchange: exchangeOf(raw),
    command,
    awsCredentials: awsCredentialsOf(raw.aws_credentials),
    lakebase: lakebase === undefined ? undefined : lakebaseOf(lakebase),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

const presentOf = (raw: NonNullable<RawAccount['present']>): Present =>
  typeof raw === 'string' ? { kind: raw } : { kind: 'header', name: raw.header };

function exchangeOf(raw: RawAccount): Partial<Exchange> | undefined {
  const { subject_account, subject_token, requested_token_type, exchange } = raw;
  const found: Partial<Exchange> = {
    ...(subject_account !== undefined && { subjectAccount: subject_account }),
    ...(subject_token !== undefined && { subjectToken: subject_token }),
    ...(requested_token_type !== undefined && { requestedTokenType: requested_token_type }),
    ...(exchange !== undefined && { exchange }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

function awsCredentialsOf(raw: RawAccount['aws_credentials']): AwsCredentials | undefined {
  if (raw === undefined) return undefined;
  if ('profile' in raw) return { kind: 'profile', profile: raw.profile };
  if ('command' in raw) return { kind: 'command', command: raw.command };
  if ('account' in raw) return { kind: 'account', account: raw.account, role: raw.role };
  return { kind: 'env' };
}

function lakebaseOf(raw: NonNullable<RawAccount['lakebase']>): LakebaseTargets {
  return Object.fromEntries(
    Object.entries(raw).map(([name, target]) => {
      const { instance, endpoint = '', database = 'databricks_postgres', port = 5432 } = target;
      const { sslmode = 'verify-full', password = 'generated' } = target;
      const place =
        instance === undefined ? ({ kind: 'endpoint', endpoint } as const) : ({ kind: 'instance', instance } as const);
      return [name, { place, database, port, sslmode, password }] as const;
    }),
  );
}
