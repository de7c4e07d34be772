import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Logind } from '../../../core/platform/logind.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { exportSession, pretendWaking } from '../../support/logind-session.ts';
import { startBus } from '../../support/session-bus.ts';

describe('logind', () => {
  it('tells that the machine has woken, not that it goes to sleep, and believes no other program on the bus', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytray-logind-'));
    const address = `unix:path=${join(folder, 'bus')}`;
    const bus = await startBus(folder, { PATH: process.env.PATH ?? '', DBUS_SESSION_BUS_ADDRESS: address });
    let woken = 0;
    const logind = new Logind({
      env: { DBUS_SYSTEM_BUS_ADDRESS: address },
      clock: new SystemClock(),
      woken: () => {
        woken += 1;
      },
      screenLocked: () => undefined,
    });
    const session = await exportSession(address);
    try {
      await logind.listen();
      await session.sleeps(true);
      await pretendWaking(address);
      await session.sleeps(false);
      await expect.poll(() => woken).toBe(1);
    } finally {
      logind.close();
      session.close();
      const gone = once(bus, 'exit');
      bus.kill();
      await gone;
      await rm(folder, { recursive: true, force: true });
    }
    expect(woken).toBe(1);
  });

  it('tells whether the screen is locked, now and when it changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytray-logind-'));
    const address = `unix:path=${join(folder, 'bus')}`;
    const bus = await startBus(folder, { PATH: process.env.PATH ?? '', DBUS_SESSION_BUS_ADDRESS: address });
    const session = await exportSession(address);
    const told: boolean[] = [];
    const logind = new Logind({
      env: { DBUS_SYSTEM_BUS_ADDRESS: address },
      clock: new SystemClock(),
      woken: () => expect.unreachable(),
      screenLocked: (locked) => told.push(locked),
    });
    try {
      await logind.listen();
      await expect.poll(() => told).toEqual([false]);
      session.lock(true);
      await expect.poll(() => told.at(-1)).toBe(true);
      session.lock(false);
      await expect.poll(() => told.at(-1)).toBe(false);
    } finally {
      logind.close();
      session.close();
      const gone = once(bus, 'exit');
      bus.kill();
      await gone;
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is done without where there is none', async () => {
    const logind = new Logind({
      env: { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere/at/all' },
      clock: new SystemClock(),
      woken: () => undefined,
      screenLocked: () => expect.unreachable(),
    });
    await logind.listen();
    logind.close();
  });
});
