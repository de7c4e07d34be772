import type { ApiKeyListView, ApiKeyView } from '../../core/wire/api-key-schemas.ts';
import { formatCsv } from '../output/csv.ts';
import { formatDuration, secondsUntil } from '../output/duration.ts';
import { type Column, formatTable } from '../output/table.ts';

/** A date in UTC, as the services count. */
export const dayOf = (time: string | null): string | undefined => time?.slice(0, 10);

/** When it ends, and how long that is. `now`: milliseconds since the epoch. */
export function endOf(time: string | null, now: number): string {
  if (time === null) return 'never';
  const left = secondsUntil(time, now);
  return left > 0 ? `${dayOf(time)} (${formatDuration(left)})` : (dayOf(time) ?? '');
}

interface Shown {
  readonly column: Column;
  readonly text: (key: ApiKeyView) => string;
}

/** What the service does not tell has no column. */
export function formatKeys(
  { keys, can }: ApiKeyListView,
  options: { readonly now: number; readonly columns: number },
): string {
  const some = (has: (key: ApiKeyView) => boolean, shown: Shown): readonly Shown[] => (keys.some(has) ? [shown] : []);
  const shown: readonly Shown[] = [
    { column: { title: 'NAME', least: 12 }, text: ({ name }) => name },
    { column: { title: 'ID' }, text: ({ id }) => id },
    ...(can.fingerprint ? [{ column: { title: 'SHOWN AS' }, text: (key: ApiKeyView) => key.fingerprint ?? '' }] : []),
    { column: { title: 'STATUS' }, text: ({ status }) => status },
    { column: { title: 'CREATED' }, text: ({ created_at }) => dayOf(created_at) ?? '' },
    { column: { title: 'ENDS' }, text: ({ expires_at }) => endOf(expires_at, options.now) },
    ...(can.last_use
      ? [{ column: { title: 'LAST USED' }, text: (key: ApiKeyView) => dayOf(key.last_used_at) ?? 'never' }]
      : []),
    ...some(({ owner }) => owner !== undefined, {
      column: { title: 'OWNER', least: 10 },
      text: ({ owner = '' }) => owner,
    }),
    ...some(({ accounts }) => accounts !== undefined, {
      column: { title: 'ACCOUNT HERE', least: 12 },
      text: ({ accounts = [] }) => accounts.join(', '),
    }),
  ];
  const rows = keys.map((key) => shown.map(({ text }) => ({ text: text(key) })));
  const cutOrder = shown.flatMap(({ column }, index) => (column.least === undefined ? [] : [index])).reverse();
  return formatTable(
    shown.map(({ column }) => column),
    rows,
    { columns: options.columns, cutOrder },
  );
}

const titles = ['id', 'name', 'fingerprint', 'status', 'created_at', 'expires_at', 'last_used_at', 'owner', 'accounts'];

export const keysCsv = (keys: readonly ApiKeyView[]): string => formatCsv(titles, keys.map(cells));

function cells(key: ApiKeyView): readonly string[] {
  const { id, name, fingerprint = '', status, created_at, expires_at, last_used_at, owner = '', accounts = [] } = key;
  return [
    id,
    name,
    fingerprint,
    status,
    created_at ?? '',
    expires_at ?? '',
    last_used_at ?? '',
    owner,
    accounts.join(' '),
  ];
}
