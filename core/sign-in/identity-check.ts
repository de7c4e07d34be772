import { type Identity, personOf } from '../oauth/token-reply.ts';
import type { AccountSettings } from '../services/service.ts';

export type IdentityVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'mismatch'; readonly expected: string; readonly found: string }
  /** The right address, which anybody can give a server that does not vouch for it. */
  | { readonly kind: 'unverified'; readonly email: string; readonly subject: string }
  /** The config expects somebody, and this server does not say who signed in. */
  | { readonly kind: 'unknown'; readonly expected: string };

function contradicts(expect: NonNullable<AccountSettings['expect']>, found: Identity): boolean {
  if (expect.issuer !== undefined && expect.issuer !== found.issuer) return true;
  if (expect.subject !== undefined && expect.subject !== found.subject) return true;
  return expect.email !== undefined && expect.email.toLowerCase() !== found.email?.toLowerCase();
}

/** Whether the person who signed in may fill this account. Pure. */
export function judgeIdentity(seen: {
  readonly expect: AccountSettings['expect'];
  readonly previous: Identity | undefined;
  readonly found: Identity | undefined;
  /** The person asked for another account themselves: `login --switch`. */
  readonly acceptOther: boolean;
}): IdentityVerdict {
  const { expect, previous, found } = seen;
  if (seen.acceptOther) return { kind: 'accepted' };
  if (expect !== undefined) {
    const expected = expect.email ?? expect.subject ?? expect.issuer ?? 'somebody else';
    if (found === undefined) return { kind: 'unknown', expected };
    if (contradicts(expect, found)) return { kind: 'mismatch', expected, found: personOf(found) };
    const { email = '', emailVerified, subject } = found;
    const vouchedFor = expect.email === undefined || emailVerified === true;
    return vouchedFor ? { kind: 'accepted' } : { kind: 'unverified', email, subject };
  }
  if (previous === undefined) return { kind: 'accepted' };
  // Whoever makes the server forget to say who signed in would otherwise be accepted, and anybody after that.
  if (found === undefined) {
    return { kind: 'mismatch', expected: personOf(previous), found: 'someone the server does not name' };
  }
  const same = previous.issuer === found.issuer && previous.subject === found.subject;
  return same ? { kind: 'accepted' } : { kind: 'mismatch', expected: personOf(previous), found: personOf(found) };
}
