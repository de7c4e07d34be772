import { describe, expect, it } from 'vitest';
import { type KeytarError, keytarError, troubleOf } from '../../../../core/stores/keychain/keytar-error.ts';

const texts: readonly (readonly [text: string, meaning: KeytarError, trouble: string])[] = [
  ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'no_bus', 'absent'],
  ['Could not connect: No such file or directory', 'no_bus', 'absent'],
  ['Could not connect: Connection refused', 'no_bus', 'absent'],
  ['The name org.freedesktop.secrets was not provided by any .service files', 'no_service', 'absent'],
  ['The name :1.0 was not provided by any .service files', 'stale_connection', 'absent'],
  ['Message recipient disconnected from message bus without replying', 'stale_connection', 'absent'],
  ['The connection is closed', 'stale_connection', 'absent'],
  ['The session wrapping the secret does not exist', 'stale_connection', 'absent'],
  ['Object does not exist at path “/org/freedesktop/secrets/collection/login”', 'no_collection', 'absent'],
  ['Cannot create an item in a locked collection', 'locked', 'locked'],
  ['Cannot get secret of a locked object', 'locked', 'locked'],
  ['Cannot delete a locked item', 'locked', 'locked'],
  ['User interaction is not allowed.', 'locked', 'locked'],
  ['User canceled the operation.', 'denied', 'denied'],
  ['Failed to load keytar native addon, checked ["../build/Release"] on linux-x64', 'not_loaded', 'absent'],
  ['Password is required.', 'unknown', 'denied'],
  ['anything else', 'unknown', 'denied'],
];

describe('what keytar meant', () => {
  it.each(texts)('%s', (text, meaning, trouble) => {
    expect(keytarError(text)).toBe(meaning);
    expect(troubleOf(text).kind).toBe(trouble);
  });

  it('does not take a text that only contains another', () => {
    expect(keytarError('backup: Cannot create an item in a locked collection')).toBe('unknown');
  });
});
