import type { Clock } from '../../core/ports.ts';
import { isoTime } from '../../core/untrusted/instant.ts';
import type { AccountView, BrokerEvent, LoginView } from '../../core/wire/schemas.ts';
import type { Activity } from '../../ipc/views.ts';

const mostKept = 1_000;

/** What happened since start, in memory: from the broker's events and the differences between them. */
export class ActivityLog {
  readonly #clock: Clock;
  readonly #added: (activity: Activity) => void;
  readonly #accounts = new Map<string, AccountView>();
  readonly #logins = new Map<string, LoginView['state']>();
  readonly #kept: Activity[] = [];
  #count = 0;
  #begun = false;

  constructor(clock: Clock, added: (activity: Activity) => void) {
    this.#clock = clock;
    this.#added = added;
  }

  /** The accounts there are: none of them is news. */
  begin(accounts: readonly AccountView[]): void {
    for (const view of accounts) this.#accounts.set(view.account, view);
    this.#begun = true;
  }

  newestFirst(): readonly Activity[] {
    return [...this.#kept].reverse();
  }

  heard(event: BrokerEvent): void {
    switch (event.type) {
      case 'state':
        return;
      case 'account':
        this.#accountHeard(event.account);
        return;
      case 'account_removed':
        this.#accounts.delete(event.account);
        this.#add(event.account, { kind: 'removed' });
        return;
      case 'login':
        this.#loginHeard(event.login);
        return;
      case 'handed_out': {
        const { protocol, host, consumer: by } = event;
        const consumer = { pid: by.pid, ...(by.executable === undefined ? {} : { executable: by.executable }) };
        const to = host === undefined ? {} : { host };
        this.#add(event.account, { kind: 'handed_out', protocol, ...to, consumer }, event.at);
        return;
      }
    }
  }

  #accountHeard(view: AccountView): void {
    const before = this.#accounts.get(view.account);
    this.#accounts.set(view.account, view);
    if (!this.#begun) return;
    for (const what of changesOf(before, view)) this.#add(view.account, what);
  }

  #loginHeard(login: LoginView): void {
    const { login_id: id, account, state } = login;
    if (this.#logins.get(id) === state) return;
    this.#logins.set(id, state);
    if (state === 'started') this.#add(account, { kind: 'login_started' });
    if (state === 'succeeded') {
      const who = login.subject?.name ?? login.subject?.email ?? login.subject?.subject;
      this.#add(account, { kind: 'signed_in', ...(who === undefined ? {} : { who }) });
    }
    if (state === 'failed' || state === 'expired') {
      const { error = state, error_description: description = '' } = login;
      this.#add(account, { kind: 'login_failed', error, description });
    }
    if (state !== 'requested' && state !== 'started') this.#logins.delete(id);
  }

  #add(account: string, what: Activity['what'], at = isoTime(this.#clock.now())): void {
    this.#count += 1;
    const activity = { id: this.#count, at, account, what };
    this.#kept.push(activity);
    if (this.#kept.length > mostKept) this.#kept.shift();
    this.#added(activity);
  }
}

/** What changed between two views of one account, in the order people would tell it. Pure. */
export function changesOf(before: AccountView | undefined, after: AccountView): readonly Activity['what'][] {
  if (before === undefined) return [{ kind: 'added' }];
  const changes: Activity['what'][] = [];
  // A sign-in brings a new token too, and is told of by itself.
  const atSignIn = before.login !== undefined || after.login !== undefined || before.last_refresh === undefined;
  if (!atSignIn && after.last_refresh !== undefined && after.last_refresh !== before.last_refresh) {
    changes.push({ kind: 'refreshed' });
  }
  if (before.state === after.state && before.reason === after.reason) return changes;
  const { reason = after.state, reason_description: description } = after;
  const why = { reason, ...(description === undefined ? {} : { description }) };
  switch (after.state) {
    case 'login_required':
    case 'degraded':
      return [...changes, { kind: after.state, ...why }];
    case 'locked':
      return reason === 'not_read_yet' ? changes : [...changes, { kind: 'locked', ...why }];
    case 'signed_out':
      return before.state === 'locked' || before.state === 'signing_in'
        ? changes
        : [...changes, { kind: 'signed_out' }];
    case 'active':
      return !atSignIn && isTrouble(before) ? [...changes, { kind: 'recovered' }] : changes;
    case 'signing_in':
      return changes;
  }
}

const isTrouble = ({ state, reason }: AccountView): boolean =>
  state === 'degraded' || (state === 'locked' && reason !== 'not_read_yet');
