import type { AccountView } from '../../ipc/views.ts';
import { needsPerson, who } from './words.ts';

export const stateFilters = ['all', 'needs_you', 'signed_in', 'signed_out'] as const;
export type StateFilter = (typeof stateFilters)[number];

export const stateFilterWords: Readonly<Record<StateFilter, string>> = {
  all: 'All states',
  needs_you: 'Needs you',
  signed_in: 'Signed in',
  signed_out: 'Signed out',
};

export interface Filter {
  readonly text: string;
  readonly state: StateFilter;
  /** Empty: all. */
  readonly environment: string;
}

export const noFilter: Filter = { text: '', state: 'all', environment: '' };

function inState(view: AccountView, filter: StateFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'needs_you':
      return needsPerson(view);
    case 'signed_in':
      return view.state === 'active' || view.state === 'degraded';
    case 'signed_out':
      return view.state === 'signed_out' || view.state === 'signing_in';
  }
}

function hasText(view: AccountView, words: readonly string[]): boolean {
  const hosts = Object.entries(view.serves).flatMap(([family, served]) => [family, ...served]);
  const parts = [view.account, view.title, view.service, who(view), view.subject?.email, view.environment, ...hosts];
  const text = parts.join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Those that need a person come first; else by name, so that nothing moves unless something changed. */
export function visibleAccounts(views: Iterable<AccountView>, filter: Filter): readonly AccountView[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...views]
    .filter((view) => inState(view, filter.state))
    .filter((view) => filter.environment === '' || view.environment === filter.environment)
    .filter((view) => hasText(view, words))
    .sort((a, b) => Number(needsPerson(b)) - Number(needsPerson(a)) || compare(a, b));
}

function compare(a: AccountView, b: AccountView): number {
  return a.title.localeCompare(b.title, 'en') || a.account.localeCompare(b.account, 'en');
}

export function environmentsOf(views: Iterable<AccountView>): readonly string[] {
  const names = new Set([...views].flatMap(({ environment }) => (environment === undefined ? [] : [environment])));
  return [...names].sort((a, b) => a.localeCompare(b, 'en'));
}
