import { Variant } from '@jellybrick/dbus-next';
import { describe, expect, it } from 'vitest';
import type { BusReply } from '../../../../core/platform/dbus/bus.ts';
import { judgeReply } from '../../../../core/stores/keychain/dbus-probe.ts';
import type { LockedState } from '../../../../core/stores/keychain/locked-probe.ts';

const error = (name: string): BusReply => ({ kind: 'error', name: `org.freedesktop.DBus.Error.${name}` });

const replies: readonly (readonly [reply: BusReply, state: LockedState])[] = [
  [{ kind: 'reply', body: [new Variant('b', true)] }, 'locked'],
  [{ kind: 'reply', body: [new Variant('b', false)] }, 'unlocked'],
  [{ kind: 'reply', body: [new Variant('s', 'false')] }, 'unknown'],
  [{ kind: 'reply', body: [] }, 'unknown'],
  [{ kind: 'no_bus' }, 'no_bus'],
  [{ kind: 'no_answer' }, 'no_answer'],
  [error('ServiceUnknown'), 'no_service'],
  [error('NameHasNoOwner'), 'no_service'],
  [error('Spawn.ChildExited'), 'no_service'],
  [error('UnknownMethod'), 'no_collection'],
  [error('UnknownObject'), 'no_collection'],
  [error('NoReply'), 'no_answer'],
  [error('TimedOut'), 'no_answer'],
  [error('AccessDenied'), 'denied'],
  [error('Failed'), 'unknown'],
  [{ kind: 'error', name: 'org.example.ServiceUnknown' }, 'unknown'],
];

describe('what the keyring answered', () => {
  it.each(replies)('%j means %s', (reply, state) => {
    expect(judgeReply(reply)).toBe(state);
  });
});
