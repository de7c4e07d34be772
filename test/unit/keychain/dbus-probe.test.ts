import { describe, expect, it } from 'vitest';
import { judgeReply } from '../../../core/keychain/dbus-probe.ts';
import type { LockedState } from '../../../core/keychain/locked-probe.ts';

const replies: readonly (readonly [stdout: string, stderr: string, state: LockedState])[] = [
  ['method return time=1 sender=:1.1\n   variant       boolean true\n', '', 'locked'],
  ['method return time=1 sender=:1.1\n   variant       boolean false\n', '', 'unlocked'],
  ['(<true>,)\n', '', 'locked'],
  ['(<false>,)\n', '', 'unlocked'],
  ['', 'Error org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not…', 'no_service'],
  ['', 'Error org.freedesktop.DBus.Error.Spawn.ChildExited: Process … exited with status 1', 'no_service'],
  ['', 'Error org.freedesktop.DBus.Error.UnknownMethod: Object does not exist at path …', 'no_collection'],
  ['', 'Error: GDBus.Error:org.freedesktop.DBus.Error.UnknownMethod: Object does not exist', 'no_collection'],
  ['', 'Error org.freedesktop.DBus.Error.NoReply: Did not receive a reply.', 'no_answer'],
  ['', 'Error: Timeout was reached', 'no_answer'],
  ['', 'Failed to open connection to "session" message bus: Failed to connect to socket /x: …', 'no_bus'],
  ['', 'Error connecting: Could not connect: No such file or directory', 'no_bus'],
  ['', '', 'unknown'],
];

describe('what a D-Bus program printed', () => {
  it.each(replies)('%j %j means %s', (stdout, stderr, state) => {
    expect(judgeReply(stdout, stderr)).toBe(state);
  });
});
