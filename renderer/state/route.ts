import { useSyncExternalStore } from 'react';
import type { PageName } from '../../ipc/views.ts';

/** Where the person is. Kept in the fragment, so that Back works. */
export type Route =
  | { readonly page: Exclude<PageName, 'accounts'> }
  | { readonly page: 'accounts'; readonly account?: string; readonly part?: AccountPart };

/** A page below the details of an account. */
export type AccountPart = 'api-keys';

const pages: readonly PageName[] = ['accounts', 'add-account', 'revoke-key', 'tools', 'activity', 'settings'];

export function parseRoute(hash: string): Route {
  const [name, ...rest] = hash.replace(/^#\/?/, '').split('/');
  const page = pages.find((known) => known === name) ?? 'accounts';
  if (page !== 'accounts') return { page };
  const [account = '', part] = rest;
  if (account === '') return { page };
  return { page, account: decodeURIComponent(account), ...(part === 'api-keys' && { part }) };
}

export function formatRoute(page: PageName, account?: string, part?: AccountPart): string {
  const parts = [page, ...(account === undefined ? [] : [encodeURIComponent(account)]), ...(part ? [part] : [])];
  return `#/${parts.join('/')}`;
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
