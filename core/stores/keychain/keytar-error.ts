import type { StoreTrouble } from '../secret-store.ts';

/** What keytar meant. It gives no codes, only the texts of libsecret, GIO and macOS, so they are matched here and nowhere else. */
export type KeytarError =
  | 'no_bus'
  | 'no_service'
  | 'no_collection'
  | 'locked'
  | 'denied'
  /** The connection to the keyring is broken for the life of the process that holds it. */
  | 'stale_connection'
  | 'not_loaded'
  | 'unknown';

const table: readonly (readonly [pattern: RegExp, meaning: KeytarError])[] = [
  [/^Cannot autolaunch D-Bus without X11 \$DISPLAY$/, 'no_bus'],
  [/^Could not connect: /, 'no_bus'],
  [/^Cannot spawn a message bus /, 'no_bus'],
  // A unique name is one that a daemon had: it was restarted under a connection that lives on.
  [/^The name :[\d.]+ was not provided by any \.service files$/, 'stale_connection'],
  [/^The session( wrapping the secret)? does not exist$/, 'stale_connection'],
  [/^The connection is closed$/, 'stale_connection'],
  // It ended while it worked on our call.
  [/^Message recipient disconnected from message bus without replying$/, 'stale_connection'],
  [/^The name org\.freedesktop\.secrets was not provided by any \.service files$/, 'no_service'],
  [/^Object does not exist at path “\/org\/freedesktop\/secrets\/collection\/[^”]*”$/, 'no_collection'],
  [/^The collection does not exist$/, 'no_collection'],
  [/^Cannot create an item in a locked collection$/, 'locked'],
  [/^Cannot (get|set) secret of a locked (object|item)$/, 'locked'],
  [/^Cannot (delete a locked item|set property on a locked object)$/, 'locked'],
  [/^Failed to load keytar native addon/, 'not_loaded'],
  [/^Cannot find (package|module) 'keytar'/, 'not_loaded'],
  [/^User interaction is not allowed\.$/, 'locked'],
  [/^In dark wake, no UI possible$/, 'locked'],
  [/^User canceled the operation\.$/, 'denied'],
  [/^The user name or passphrase you entered is not correct\.$/, 'denied'],
  [/^(A default keychain could not be found|No keychain is available)\./, 'no_collection'],
];

export function keytarError(message: string): KeytarError {
  return table.find(([pattern]) => pattern.test(message))?.[1] ?? 'unknown';
}

/** `stale_connection` is for the caller to cure by a new process; met again, the keyring service is not there. */
export function troubleOf(message: string): StoreTrouble {
  const meaning = keytarError(message);
  switch (meaning) {
    case 'no_bus':
      return { kind: 'absent', detail: 'no D-Bus session bus' };
    case 'no_service':
    case 'stale_connection':
      return { kind: 'absent', detail: 'no Secret Service (a keyring such as gnome-keyring) on the session bus' };
    case 'no_collection':
      return { kind: 'absent', detail: 'no default keyring' };
    case 'not_loaded':
      return { kind: 'absent', detail: 'the keychain library could not be loaded (libsecret-1-0 is needed)' };
    case 'locked':
      return { kind: 'locked' };
    case 'denied':
    case 'unknown':
      return { kind: 'denied', detail: message };
  }
}
