import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BusReply, DBus } from '../../../core/platform/dbus/bus.ts';
import { openSessionBus } from '../../../core/platform/dbus/session-bus.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { Secret } from '../../../core/secret.ts';
import type { KeychainStore } from '../../../core/stores/keychain/keychain-store.ts';
import { openKeychain } from '../../../core/stores/open-store.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, type OtherUser, otherUid } from '../../support/other-user.ts';
import { startBus } from '../../support/session-bus.ts';

let folder: string;
const others: OtherUser[] = [];
const stores: KeychainStore[] = [];
const buses: DBus[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-bus-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const bus of buses.splice(0)) bus.close();
  for (const other of others.splice(0)) await other.end();
  await rm(folder, { recursive: true, force: true });
});

/** Listens, says so, then prints what each caller says first. */
const standIn = `
  socket(my $l, AF_UNIX, SOCK_STREAM, 0) or die; my $name = $ARGV[0]; $name =~ s/^@/\\0/;
  bind($l, pack_sockaddr_un($name)) or die "bind: $!\\n"; listen($l, 5); chmod(0777, $ARGV[0]);
  print "listening\\n";
  while (accept(my $c, $l)) { sysread($c, my $said, 4096); print "heard: $said\\n" if length $said; syswrite $c, "OK 0123456789abcdef0123456789abcdef\\r\\n"; push @kept, $c }
`;

async function listenAsOther(name: string): Promise<OtherUser> {
  const other = asOtherUser(standIn, name);
  others.push(other);
  expect(await other.line()).toBe('listening');
  return other;
}

function keychainAt(address: string): KeychainStore {
  const env = { PATH: process.env.PATH, HOME: folder, DBUS_SESSION_BUS_ADDRESS: address };
  const clock = new SystemClock();
  const bus = openSessionBus(env, clock);
  buses.push(bus);
  const store = openKeychain({
    clock,
    bus,
    logger: new MemoryLogger(),
    env,
    stateFolder: join(folder, 'state'),
  });
  stores.push(store);
  return store;
}

async function ask(address: string): Promise<BusReply> {
  const bus = new DBus({
    address: () => address,
    clock: new SystemClock(),
    deadline: 5_000,
  });
  buses.push(bus);
  const call = {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
  };
  return await bus.call({ ...call, member: 'GetId', signature: '', body: [] });
}

const abstractName = (): string => `keytray-test-${process.pid}-${Math.random().toString(36).slice(2)}`;

async function expectAbsent(address: string, why: string): Promise<void> {
  const store = keychainAt(address);
  const absent = { kind: 'absent', detail: expect.stringContaining(why) };
  expect(await store.read('lab')).toEqual(absent);
  expect(await store.write('lab', new Secret('refresh-token'))).toEqual(absent);
  expect(await store.check()).toBe('absent');
}

describe('a bus and keyring of another user', () => {
  needsRoot('at an abstract address: the keychain is absent, and nothing is said there', async () => {
    const name = abstractName();
    const other = await listenAsOther(`@${name}`);
    await expectAbsent(`unix:abstract=${name}`, 'abstract socket');
    await other.end();
    expect(await other.output()).toBe('listening\n');
  });

  needsRoot(
    'at a stale path in a shared sticky folder: the keychain is absent, and nothing is said there',
    async () => {
      const shared = join(folder, 'shared');
      await mkdir(shared);
      await chmod(shared, 0o1777);
      const path = join(shared, 'bus');
      const other = await listenAsOther(path);
      await expectAbsent(`unix:path=${path}`, `${path} belongs to uid ${otherUid}`);
      await other.end();
      expect(await other.output()).toBe('listening\n');
    },
  );

  needsRoot('in a folder of theirs: the keychain is absent, and nothing is said there', async () => {
    const theirs = join(folder, 'theirs');
    await mkdir(theirs);
    await chown(theirs, otherUid, otherUid);
    const path = join(theirs, 'bus');
    const other = await listenAsOther(path);
    await expectAbsent(`unix:path=${path}`, `uid ${otherUid}`);
    await other.end();
    expect(await other.output()).toBe('listening\n');
  });

  needsRoot('is left by everything else that uses a bus, once the kernel has named it', async () => {
    const name = abstractName();
    const other = await listenAsOther(`@${name}`);
    expect(await ask(`unix:abstract=${name}`)).toEqual({
      kind: 'untrusted_bus',
      why: `the bus at unix:abstract=${name} is run by uid ${otherUid}`,
    });
    await other.end();
    expect(await other.output()).toBe('listening\n');
  });
});

describe('an abstract bus of our own', () => {
  it('serves notices, and keeps no tokens', async () => {
    const name = abstractName();
    const bus = await startBus(folder, {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      DBUS_SESSION_BUS_ADDRESS: `unix:abstract=${name}`,
    });
    try {
      expect(await ask(`unix:abstract=${name}`)).toMatchObject({ kind: 'reply' });
      await expectAbsent(`unix:abstract=${name}`, 'abstract socket');
    } finally {
      bus.kill('SIGKILL');
    }
  });
});
