import { countsOf, needsPerson } from '../wire/account-needs.ts';
import type { AccountView, StatusView } from '../wire/schemas.ts';

/** What entries can do here, beside what the broker does. */
export interface TrayOffers {
  readonly window: boolean;
  /** Straight into the clipboard only where no other program can click the menu. */
  readonly clipboard: 'at_once' | 'in_window' | 'none';
  /** Nothing has put our programs on PATH here. */
  readonly tools: boolean;
}

/** What the tray shows is a function of this. `now`: milliseconds since the epoch. */
export interface TrayView {
  readonly accounts: readonly AccountView[];
  readonly handOuts: StatusView['hand_outs'];
  readonly online: boolean;
  /** The configuration on disk is invalid. */
  readonly configError: string | undefined;
  readonly now: number;
  readonly offers: TrayOffers;
}

export const configWords = 'the configuration has a mistake';

export type TrayIcon = 'ok' | 'attention' | 'busy' | 'offline' | 'locked';

/** The ones a sign-in would help. */
export function needsSignIn(view: AccountView): boolean {
  return needsPerson(view) && view.state !== 'locked' && view.reason !== 'misconfigured';
}

export function iconOf({ accounts, handOuts, online, configError }: TrayView): TrayIcon {
  const keychainLocked = accounts.some(({ state, reason }) => state === 'locked' && reason !== 'not_read_yet');
  if (handOuts?.state === 'locked' || keychainLocked) return 'locked';
  if (accounts.some(({ login }) => login?.state === 'started')) return 'busy';
  if (configError !== undefined || accounts.some(needsPerson)) return 'attention';
  return online ? 'ok' : 'offline';
}

export function tooltipOf(view: TrayView): string {
  const { accounts, handOuts, online, configError } = view;
  if (configError !== undefined) return `Keytray: ${configWords}`;
  if (accounts.length === 0) return 'Keytray: no account yet';
  const parts = [
    countsOf(accounts),
    ...(handOuts === undefined ? [] : [handOuts.state === 'locked' ? 'locked' : 'hand-outs paused']),
    ...(online ? [] : ['offline']),
  ];
  return `Keytray: ${parts.join(', ')}`;
}
