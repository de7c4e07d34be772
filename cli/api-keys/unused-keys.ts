import type { ApiKeyView } from '../../core/wire/api-key-schemas.ts';

const day = 86_400_000;

export interface UnusedKey {
  readonly key: ApiKeyView;
  /** Whole days since its last use, or since it was created where there was none. */
  readonly days: number;
}

/**
 * Keys that nobody has used for `days` days, longest first; one that was never used counts from its creation. `now`:
 * milliseconds since the epoch. Instants are compared, so the answer is the same in every time zone and on every day.
 */
export function unusedKeys(keys: readonly ApiKeyView[], days: number, now: number): readonly UnusedKey[] {
  return keys
    .flatMap((key): UnusedKey[] => {
      const since = key.last_used_at ?? key.created_at;
      if (since === null) return [];
      const idle = now - Date.parse(since);
      return idle >= days * day ? [{ key, days: Math.floor(idle / day) }] : [];
    })
    .sort((one, other) => other.days - one.days);
}

/** The day in UTC, as the partitions of the audit trail are named. */
const partition = (at: number): string => new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');

/**
 * SQL for Quilt's audit trail in Athena: which keys were used in the last `days` days, how often, and what was refused.
 * The names in `useridentity` are lower-case there.
 */
export function auditQuery(days: number, now: number): string {
  const auth = (name: string) => `json_extract_scalar(useridentity, '$.sessioncontext.auth.${name}')`;
  return `-- Database: AuditTrailDatabase of the stack; workgroup: AuditTrailWorkgroup. Days are in UTC.
-- A key that is not in the answer was not used.
SELECT
  json_extract_scalar(useridentity, '$.email') AS owner,
  ${auth('keyname')} AS key_name,
  ${auth('keyid')} AS key_id,
  ${auth('keyfingerprint')} AS fingerprint,
  count(*) AS calls,
  count_if(errorcode IS NOT NULL) AS refused,
  max(eventtime) AS last_used
FROM audit_trail
WHERE date BETWEEN '${partition(now - days * day)}' AND '${partition(now)}'
  AND (
    ${auth('keyid')} IS NOT NULL
    OR eventname IN ('Auth.APIKey', 'APIKeys.Create', 'APIKeys.Revoke', 'APIKeys.Admin.Revoke')
  )
GROUP BY 1, 2, 3, 4
ORDER BY last_used;
`;
}
