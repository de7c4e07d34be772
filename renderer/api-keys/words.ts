import type { ApiKeyListView, ApiKeyView, RotatedApiKeyView } from '../../ipc/views.ts';
import { formatDuration, formatRelative } from '../design/duration.ts';

/** Where the service does not tell. */
const unknown = 'not known';

/** Since it was created: `30 d`. `now`: milliseconds since the epoch. */
export function ageWords({ created_at }: ApiKeyView, now: number): string {
  return created_at === null ? unknown : formatDuration((now - Date.parse(created_at)) / 1_000);
}

/** `60 d`, `ended`, or that it has no end. */
export function leftWords({ expires_at }: ApiKeyView, now: number): string {
  if (expires_at === null) return 'no end';
  const seconds = (Date.parse(expires_at) - now) / 1_000;
  return seconds > 0 ? formatDuration(seconds) : 'ended';
}

export function lastUsedWords({ last_used_at }: ApiKeyView, can: ApiKeyListView['can'], now: number): string {
  if (!can.last_use) return unknown;
  return last_used_at === null ? 'never' : formatRelative(Date.parse(last_used_at), now);
}

export function usedByWords({ accounts = [] }: ApiKeyView, can: ApiKeyListView['can']): string {
  if (accounts.length > 0) return accounts.join(', ');
  return can.fingerprint ? 'no account here' : unknown;
}

export const stateWords = ({ status }: ApiKeyView) =>
  status === 'active' ? ({ text: 'Active', tone: 'good' } as const) : ({ text: 'Expired', tone: 'bad' } as const);

/** What a rotation has done, where an account has the new key. */
export const rotatedWords = ({ key, accounts, old }: RotatedApiKeyView): string =>
  `${key.name} is now the key of ${accounts.join(', ')}. ${old.revoked ? 'The old key was revoked.' : 'The old key still works.'}`;

/** Whole days that a key may live, of what was typed; undefined: not a number of days. */
export function daysOf(text: string): number | undefined {
  const days = /^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return days >= 1 && days <= 365 ? days : undefined;
}
