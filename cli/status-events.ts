import { assertNever } from '../core/errors.ts';
import type { AccountView, BrokerEvent, StatusView } from '../core/wire/schemas.ts';

function withAccount(accounts: readonly AccountView[], changed: AccountView): AccountView[] {
  const known = accounts.some(({ account }) => account === changed.account);
  return known
    ? accounts.map((view) => (view.account === changed.account ? changed : view))
    : [...accounts, changed].sort((a, b) => (a.account < b.account ? -1 : 1));
}

/** The status after an event; the same object when the event changes nothing that is shown. */
export function applyEvent(status: StatusView | undefined, event: BrokerEvent): StatusView | undefined {
  if (event.type === 'state') return event.status;
  if (status === undefined) return undefined;
  switch (event.type) {
    case 'account':
      return { ...status, accounts: withAccount(status.accounts, event.account) };
    case 'account_removed':
      return { ...status, accounts: status.accounts.filter(({ account }) => account !== event.account) };
    case 'login':
    case 'handed_out':
      return status;
    default:
      return assertNever(event);
  }
}
