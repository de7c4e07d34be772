import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drainBeforeQuit } from '../../../electron/quitting.ts';
import { app, BrowserWindow, machine, resetElectron } from '../../support/electron-stand-in/index.ts';

describe('the end of the app', () => {
  beforeEach(() => {
    resetElectron();
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits until everything is closed, which begins once', async () => {
    const closed = Promise.withResolvers<void>();
    let begun = 0;
    drainBeforeQuit(() => {
      begun += 1;
      return closed.promise;
    });
    app.quit();
    app.quit();
    await vi.advanceTimersByTimeAsync(30_000);
    expect([begun, machine.exitCode]).toEqual([1, undefined]);
    closed.resolve();
    expect(await app.testExited()).toBe(0);
  });

  it('comes in time, also where something never closes or fails to', async () => {
    drainBeforeQuit(() => new Promise(() => undefined));
    app.quit();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(machine.exitCode).toBe(0);
    resetElectron();
    drainBeforeQuit(async () => {
      throw new Error('it cannot be closed');
    });
    app.quit();
    await vi.advanceTimersByTimeAsync(0);
    expect(machine.exitCode).toBe(1);
  });

  it('does not come with the last window', () => {
    drainBeforeQuit(async () => undefined);
    app.testBecomeReady();
    new BrowserWindow().close();
    expect(machine.exitCode).toBeUndefined();
  });
});
