import type { AccountView, StatusView } from '../../../ipc/views.ts';
import { sampleAccounts, sampleStatus } from '../../support/renderer/sample.ts';

const hour = 3_600_000;

/** A broker's state with this many accounts, of every kind and state the sample has. */
export function sampleState(count: number, now: number): StatusView {
  const at = (offset: number): string => new Date(now + offset).toISOString();
  const accounts = Array.from({ length: count }, (_, index): AccountView => {
    const kind = sampleAccounts[index % sampleAccounts.length];
    if (kind === undefined) throw new RangeError('the sample is empty');
    const name = `${kind.service}@${String(index).padStart(3, '0')}`;
    const named = { ...kind, account: name, title: name };
    return kind.expires_at === undefined
      ? named
      : { ...named, last_refresh: at(-hour / 4), expires_at: at(hour), expires_in: 3_600, next_refresh: at(hour / 2) };
  });
  return { ...sampleStatus, started_at: at(-hour), accounts };
}
