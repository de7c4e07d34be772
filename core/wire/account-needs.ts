import type { AccountView } from './schemas.ts';

/** Nothing goes on, or soon nothing will, unless the person does something. */
export function needsPerson({ state, reason, login }: AccountView): boolean {
  switch (state) {
    case 'login_required':
      return true;
    case 'signed_out':
      return login?.state === 'requested';
    case 'degraded':
      return reason === 'login_required' || reason === 'misconfigured';
    case 'locked':
      return reason !== 'not_read_yet';
    case 'active':
    case 'signing_in':
      return false;
  }
}

const isSignedIn = ({ state }: AccountView): boolean => state === 'active' || state === 'degraded';

/** `4 signed in, 1 needs you` */
export function countsOf(accounts: readonly AccountView[]): string {
  const needing = accounts.filter(needsPerson).length;
  const signedIn = `${accounts.filter(isSignedIn).length} signed in`;
  return needing === 0 ? signedIn : `${signedIn}, ${needing} ${needing === 1 ? 'needs' : 'need'} you`;
}
