import type { PendingLogin } from './pending-login.ts';

export interface SignInOptions {
  /** `browser` opens the person's browser, `address` leaves that to the person; `device` shows a code. */
  readonly way: 'browser' | 'address' | 'device';
  readonly acceptOther: boolean;
}

export interface StartedSignIn {
  readonly login: PendingLogin;
  /** The authorization URL, for the one who asked to open it themselves. */
  readonly address: URL | undefined;
}
