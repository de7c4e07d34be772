import type { Secret } from '../../secret.ts';
import type { ServiceKey } from './provider.ts';

/** Whether a secret is that of a listed key; `unknown` where the service shows nothing of it. Pure. */
export function isSecretOf(secret: Secret, key: ServiceKey): 'yes' | 'no' | 'unknown' {
  if (key.secret !== undefined) return key.secret.equals(secret) ? 'yes' : 'no';
  const [, start = '', end = ''] = /^(.+?)\.{2,3}(.+)$/.exec(key.fingerprint ?? '') ?? [];
  if (start === '') return 'unknown';
  const text = secret.reveal();
  return text.startsWith(start) && text.endsWith(end) ? 'yes' : 'no';
}

export interface KeyFilter {
  readonly name?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly status?: ServiceKey['status'] | undefined;
  /** Of the owner, as the service names people. */
  readonly email?: string | undefined;
}

/** Keys that have every value asked for. Pure. */
export function matches({ name, fingerprint, status, email }: KeyFilter, key: ServiceKey): boolean {
  const wanted = [
    [name, key.name],
    [fingerprint, key.fingerprint],
    [status, key.status],
    [email?.toLowerCase(), key.owner?.toLowerCase()],
  ] as const;
  return wanted.every(([value, found]) => value === undefined || value === found);
}
