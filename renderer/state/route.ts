import { useSyncExternalStore } from 'react';
import type { PageName } from '../../ipc/views.ts';

/** Where the person is. Kept in the fragment, so that Back works. */
export type Route =
  | { readonly page: Exclude<PageName, 'accounts'> }
  | { readonly page: 'accounts'; readonly account?: string };

const pages: readonly PageName[] = ['accounts', 'add-account', 'tools', 'activity', 'settings'];

export function parseRoute(hash: string): Route {
  const [name, ...rest] = hash.replace(/^#\/?/, '').split('/');
  const page = pages.find((known) => known === name) ?? 'accounts';
  if (page !== 'accounts') return { page };
  const account = rest.join('/');
  return account === '' ? { page } : { page, account: decodeURIComponent(account) };
}

export function formatRoute(page: PageName, account?: string): string {
  return account === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(account)}`;
}

export function showPage(page: PageName, account?: string): void {
  window.location.hash = formatRoute(page, account);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
}
