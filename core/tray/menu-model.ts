import { services } from '../services/registry.ts';
import { needsPerson } from '../wire/account-needs.ts';
import type { AccountView } from '../wire/schemas.ts';
import { accountLine } from './account-line.ts';
import { configWords, needsSignIn, type TrayOffers, type TrayView } from './tray-view.ts';

export type MenuCommand =
  | {
      readonly kind: 'sign_in' | 'switch' | 'copy_token' | 'refresh' | 'details' | 'sign_out';
      readonly account: string;
    }
  | { readonly kind: 'sign_in_all'; readonly accounts: readonly string[] }
  | {
      readonly kind:
        | 'pause'
        | 'resume'
        | 'lock'
        | 'unlock'
        | 'add_account'
        | 'revoke_key'
        | 'install_tools'
        | 'open'
        | 'quit';
    };

export type MenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'command'; readonly label: string; readonly command: MenuCommand }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly MenuEntry[] };

const mostInline = 12;
const separator: MenuEntry = { kind: 'separator' };

/** The tray's menu, whole. Pure; two views that would show the same give equal models. */
export function menuModel(view: TrayView): readonly MenuEntry[] {
  // Who needs the person stands where it is seen without scrolling.
  const ordered = [...view.accounts.filter(needsPerson), ...view.accounts.filter((account) => !needsPerson(account))];
  const entries = ordered.map((account) => accountEntry(account, view));
  const more = entries.slice(mostInline);
  const label = `More (${more.length})`;
  const shown: readonly MenuEntry[] =
    more.length === 0 ? entries : [...entries.slice(0, mostInline), { kind: 'submenu', label, entries: more }];
  return [
    { kind: 'text', label: headline(view) },
    separator,
    ...(shown.length === 0 ? [firstAccount(view.offers)] : shown),
    separator,
    ...signInAll(view.accounts),
    ...handOutEntries(view),
    separator,
    ...leakedKey(view),
    ...(view.offers.tools ? [command('Install command line tools…', { kind: 'install_tools' })] : []),
    ...(view.offers.window ? [command('Open Keytray…', { kind: 'open' })] : []),
    command('Quit', { kind: 'quit' }),
  ];
}

function command(label: string, what: MenuCommand): MenuEntry {
  return { kind: 'command', label, command: what };
}

function headline({ accounts, handOuts, online, configError }: TrayView): string {
  if (configError !== undefined) return `Keytray: ${configWords}`;
  if (handOuts?.state === 'locked') return 'Keytray is locked';
  if (accounts.length === 0) return 'Keytray: no account yet';
  const needing = accounts.filter(needsPerson).length;
  if (needing > 0) return `Keytray: ${needing} ${needing === 1 ? 'account needs' : 'accounts need'} you`;
  return online ? 'Keytray: all is well' : 'Keytray: offline';
}

function firstAccount({ window }: TrayOffers): MenuEntry {
  if (window) return command('Add an account…', { kind: 'add_account' });
  return { kind: 'text', label: 'Add one in a terminal: keytray accounts add' };
}

function accountEntry(view: AccountView, { now, offers }: TrayView): MenuEntry {
  const { account } = view;
  const label = accountLine(view, now);
  switch (view.state) {
    case 'login_required':
    case 'signed_out':
    case 'signing_in':
      return command(label, { kind: 'sign_in', account });
    case 'locked':
      return offers.window ? command(label, { kind: 'details', account }) : { kind: 'text', label };
    case 'active':
    case 'degraded':
      return {
        kind: 'submenu',
        label,
        entries: [
          ...(needsSignIn(view) ? [command('Sign in again…', { kind: 'sign_in', account })] : []),
          ...copyEntries(account, offers),
          command('Refresh now', { kind: 'refresh', account }),
          command('Sign in as someone else…', { kind: 'switch', account }),
          ...(offers.window ? [command('Details…', { kind: 'details', account })] : []),
          command('Sign out', { kind: 'sign_out', account }),
        ],
      };
  }
}

function copyEntries(account: string, { clipboard }: TrayOffers): readonly MenuEntry[] {
  switch (clipboard) {
    case 'at_once':
      return [command('Copy token (cleared in 30 s)', { kind: 'copy_token', account })];
    case 'in_window':
      return [command('Copy token…', { kind: 'details', account })];
    case 'none':
      return [];
  }
}

function signInAll(accounts: readonly AccountView[]): readonly MenuEntry[] {
  const needing = accounts.filter(needsSignIn).map(({ account }) => account);
  if (needing.length === 0) return [];
  return [command(`Sign in to all that need it (${needing.length})`, { kind: 'sign_in_all', accounts: needing })];
}

function handOutEntries({ handOuts, offers }: TrayView): readonly MenuEntry[] {
  switch (handOuts?.state) {
    case undefined:
      return [command('Pause hand-outs for 15 minutes', { kind: 'pause' }), command('Lock now', { kind: 'lock' })];
    case 'paused':
      return [
        command(`Resume hand-outs (paused until ${clockTime(handOuts?.until)})`, { kind: 'resume' }),
        command('Lock now', { kind: 'lock' }),
      ];
    case 'locked':
      return offers.window
        ? [command('Unlock…', { kind: 'unlock' })]
        : [{ kind: 'text', label: 'Unlock in a terminal: keytray unlock' }];
  }
}

/** The key is pasted into the window: the menu itself takes and tells nothing. */
function leakedKey({ accounts, offers }: TrayView): readonly MenuEntry[] {
  const someKeys = accounts.some(({ service }) => services.get(service)?.apiKeys !== undefined);
  return offers.window && someKeys ? [command('Revoke a leaked key…', { kind: 'revoke_key' })] : [];
}

/** As the clock on the person's wall shows it: `15:20`. */
function clockTime(iso: string | undefined): string {
  if (iso === undefined) return 'later';
  const time = new Date(iso);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${digits(time.getHours())}:${digits(time.getMinutes())}`;
}
