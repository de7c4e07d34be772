import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionBus } from '@jellybrick/dbus-next';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusCall, BusSignal, DBus } from '../../../core/platform/dbus/bus.ts';
import { openSessionBus } from '../../../core/platform/dbus/session-bus.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { startBus } from '../../support/session-bus.ts';
import { waitFor } from '../../support/wait-for.ts';

const path = '/test';
const name = 'dev.keytray.test.Subject';
const other = 'dev.keytray.test.Other';
const noMatches = { matches: [], heard: () => undefined, lost: () => undefined };

let folder: string;
let env: Record<string, string>;
let daemon: ChildProcess;
const open: DBus[] = [];
const bus = (): DBus => {
  const opened = openSessionBus(env, new SystemClock());
  open.push(opened);
  return opened;
};
const stop = async (): Promise<void> => {
  const gone = once(daemon, 'exit');
  daemon.kill();
  await gone;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-bus-'));
  env = { PATH: process.env.PATH ?? '', DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}` };
  daemon = await startBus(folder, env);
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await stop();
  await rm(folder, { recursive: true, force: true });
});

const ask = (destination: string, member: string, body: readonly string[] = []): BusCall => ({
  destination,
  path,
  interface: name,
  member,
  signature: 's'.repeat(body.length),
  body,
});

describe('the session bus', () => {
  it('answers calls of what it serves, and no others; an answer that fails tells nothing of the code', async () => {
    const served = bus();
    served.serve(path, ({ interface: asked, member, body: [word] }) => {
      if (member === 'Fail') throw new Error('/some/where/of/ours');
      return asked === name && member === 'Echo' ? { signature: 's', body: [`${word}!`] } : undefined;
    });
    expect(await served.own(name)).toBe(true);
    const caller = bus();
    expect(await caller.call(ask(name, 'Echo', ['hello']))).toEqual({ kind: 'reply', body: ['hello!'] });
    const unknown = { kind: 'error', name: 'org.freedesktop.DBus.Error.UnknownMethod' };
    expect(await caller.call(ask(name, 'Nothing'))).toEqual(unknown);
    expect(await caller.call(ask(name, 'Fail'))).toEqual(unknown);
    expect(await caller.call({ ...ask(name, 'Echo', ['hello']), path: '/elsewhere' })).toEqual(unknown);
    expect(await caller.own(name)).toBe(false);
  });

  it('tells its signals to all who listen, until they do not', async () => {
    const heard: BusSignal[] = [];
    const [sender, hearer] = [bus(), bus()];
    const deaf = hearer.listen({
      ...noMatches,
      matches: [`type='signal',interface='${name}'`],
      heard: (signal) => heard.push(signal),
    });
    await hearer.own(other);
    await sender.own(name);
    sender.emit({ path, interface: name, member: 'Changed', signature: 's', body: ['first'] });
    const ours = () => heard.filter((signal) => signal.interface === name);
    await waitFor('the signal', async () => ours().length > 0);
    expect(ours()).toEqual([{ interface: name, member: 'Changed', body: ['first'] }]);
    deaf();
    sender.emit({ path, interface: name, member: 'Changed', signature: 's', body: ['second'] });
    // Its answer comes after whatever was sent before.
    await hearer.call(ask(name, 'Nothing'));
    expect(ours()).toHaveLength(1);
  });

  it('comes back by itself for those who say so, and serves as before', async () => {
    const events: string[] = [];
    const served = bus();
    served.serve(path, () => ({ signature: 's', body: ['here'] }));
    served.listen({
      ...noMatches,
      connected: () => {
        void served.own(name).then((owned) => events.push(owned ? 'connected' : 'refused'));
      },
      lost: () => events.push('lost'),
    });
    await waitFor('the name', async () => events.includes('connected'));
    await stop();
    await waitFor('the loss', async () => events.includes('lost'));
    await rm(join(folder, 'bus'), { force: true });
    daemon = await startBus(folder, env);
    await waitFor('the name again', async () => events.length === 3);
    expect(events).toEqual(['connected', 'lost', 'connected']);
    expect(await bus().call(ask(name, 'Anything'))).toEqual({ kind: 'reply', body: ['here'] });
  });

  it('is found by those who say so when it comes up after them', async () => {
    await stop();
    await rm(join(folder, 'bus'), { force: true });
    let connected = false;
    bus().listen({
      ...noMatches,
      connected: () => {
        connected = true;
      },
    });
    daemon = await startBus(folder, env);
    await waitFor('the connection', async () => connected);
  });

  it('stays with the others when one service does not answer', async () => {
    const silent = sessionBus({ busAddress: env.DBUS_SESSION_BUS_ADDRESS ?? '' });
    silent.addMethodHandler(() => true);
    try {
      await silent.requestName(name, 0);
      const lost: string[] = [];
      const caller = bus();
      caller.listen({ ...noMatches, lost: () => lost.push('lost') });
      expect(await caller.call(ask(name, 'Anything'), { deadline: 200 })).toEqual({ kind: 'no_answer' });
      expect(await caller.own(other)).toBe(true);
      expect(lost).toEqual([]);
    } finally {
      silent.disconnect();
    }
  });
});
