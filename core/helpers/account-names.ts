import { asciiLowerCase } from '../config/ascii-lower-case.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { ServedAccount } from './served-account.ts';

/** By id (`github@work`), by label (`work`), or by the user name it signs in with: what the configuration says. */
function isConfiguredName(account: ServedAccount, name: string): boolean {
  return name === account.id || name === labelOf(account) || name === account.username;
}

/** Whom it is signed in as; servers and people do not agree on capitals. */
function isPerson({ people = [] }: ServedAccount, name: string): boolean {
  const wanted = asciiLowerCase(name);
  return people.some((person) => asciiLowerCase(person) === wanted);
}

function labelOf({ id }: ServedAccount): string | undefined {
  const at = id.indexOf('@');
  return at < 0 ? undefined : id.slice(at + 1);
}

/**
 * The one account a user name of a URL means; undefined where it means none of them, or several. What the
 * configuration says goes before the names of people.
 */
export function namedAccount(accounts: readonly ServedAccount[], name: string | undefined): ServedAccount | undefined {
  const named = name === undefined || name === '' ? [] : accountsNamed(accounts, name);
  const [only] = named;
  return named.length === 1 ? only : undefined;
}

function accountsNamed(accounts: readonly ServedAccount[], name: string): readonly ServedAccount[] {
  const configured = accounts.filter((account) => isConfiguredName(account, name));
  return configured.length > 0 ? configured : accounts.filter((account) => isPerson(account, name));
}

/** So that the line stays one that is read. */
const mostUrls = 3;

/**
 * What a person can write to say which account they mean: `write which into the URL: https://work@HOST/ or …`.
 * `asked`: the user name that was there and chose none.
 */
export function urlHint(host: string, accounts: readonly ServedAccount[], asked: string | undefined): string {
  const names = accounts.flatMap((account) => {
    const candidates = [labelOf(account), account.people?.[0], account.id];
    return candidates.find((name) => namedAccount(accounts, name) === account) ?? [];
  });
  const urls = names.slice(0, mostUrls).map((name) => `https://${encodeURIComponent(name)}@${host}/`);
  const isUnknown = asked !== undefined && asked !== '' && accountsNamed(accounts, asked).length === 0;
  const known = isUnknown ? `${plainText(asked, 64)} is none of them; ` : '';
  const more = names.length > mostUrls ? ', and so on' : '';
  return `${known}write which into the URL: ${urls.join(' or ')}${more}`;
}
