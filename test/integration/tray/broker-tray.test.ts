import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DBus } from '../../../core/platform/dbus/bus.ts';
import { openSessionBus } from '../../../core/platform/dbus/session-bus.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { type BrokerTrayOptions, openBrokerTray } from '../../../core/tray/broker-tray.ts';
import { trayIconFolder } from '../../../core/tray/icon-folder.ts';
import type { AccountView, BrokerEvent, StatusView } from '../../../core/wire/schemas.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { accountView } from '../../support/fake-broker.ts';
import { openPanel, type Panel } from '../../support/panel.ts';
import { startBus } from '../../support/session-bus.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Writes down what the menu asks. */
class WatchedBroker {
  readonly asked: string[] = [];
  readonly listeners = new Set<(event: BrokerEvent) => void>();
  accounts: readonly AccountView[] = [];
  /** Its first status waits for this. */
  ready = Promise.resolve();
  readonly tokens = { refresh: async (account: string) => void this.asked.push(`refresh ${account}`) };
  readonly gate = {
    pause: () => void this.asked.push('pause'),
    resume: () => void this.asked.push('resume'),
    lock: async () => void this.asked.push('lock'),
  };
  readonly store = { lock: async () => void this.asked.push('lock the file') };

  async startLogin(account: string, request: { readonly switch: boolean }): Promise<void> {
    this.asked.push(`${request.switch ? 'switch' : 'sign in'} ${account}`);
  }

  async logout(account: string): Promise<void> {
    this.asked.push(`sign out ${account}`);
  }

  async status(): Promise<StatusView> {
    await this.ready;
    const rest: Pick<StatusView, 'accounts' | 'config'> = { accounts: [...this.accounts], config: { files: [] } };
    return rest as StatusView;
  }

  subscribe(listener: (event: BrokerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  become(...accounts: readonly AccountView[]): void {
    this.accounts = accounts;
    for (const account of accounts) for (const told of this.listeners) told({ type: 'account', account });
  }
}

let folder: string;
let address: string;
let daemon: ChildProcess;
let bus: DBus;
let broker: WatchedBroker;
let panel: Panel | undefined;
let tray: { close(): void } | undefined;
let quits: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-tray-'));
  address = `unix:path=${join(folder, 'bus')}`;
  daemon = await startBus(folder, { PATH: process.env.PATH ?? '', DBUS_SESSION_BUS_ADDRESS: address });
  bus = openSessionBus({ DBUS_SESSION_BUS_ADDRESS: address }, new SystemClock());
  broker = new WatchedBroker();
  quits = 0;
});
afterEach(async () => {
  tray?.close();
  panel?.close();
  panel = undefined;
  bus.close();
  const gone = once(daemon, 'exit');
  daemon.kill();
  await gone;
  await rm(folder, { recursive: true, force: true });
});

function show(changes: Partial<BrokerTrayOptions> = {}): void {
  tray = openBrokerTray({
    bus,
    broker,
    clock: new SystemClock(),
    logger: new MemoryLogger(),
    online: () => true,
    quit: () => {
      quits += 1;
    },
    ...changes,
  });
}

const soon = new Date(Date.now() + 3 * 3_600_000).toISOString();
const needy = accountView('lab', { state: 'login_required', reason: 'session_ended' });
const well = accountView('lab', { expires_at: soon });

describe('the tray of a broker without windows', () => {
  it('says what it knows, and asks the broker what was clicked', async () => {
    broker.accounts = [well, accountView('other_one', { state: 'login_required' })];
    panel = await openPanel(address);
    show();
    const icon = await panel.tray();
    await waitFor('the menu', async () => (await icon.labels()).length > 2);
    expect((await icon.labels())[2]).toBe('○ other_one\u2003Sign in…');
    expect([await icon.icon(), await icon.status()]).toEqual(['keytray-attention-symbolic', 'NeedsAttention']);
    expect(existsSync(join(trayIconFolder(), `${await icon.icon()}.svg`))).toBe(true);
    await icon.click('other_one');
    await icon.click('lab', 'Refresh now');
    await icon.click('lab', 'someone else');
    await icon.click('lab', 'Sign out');
    await icon.click('Pause');
    await icon.click('Lock now');
    await icon.click('Quit');
    await icon.activate();
    const asked = ['sign in other_one', 'refresh lab', 'switch lab', 'sign out lab', 'pause', 'lock', 'lock the file'];
    await waitFor('the last', async () => broker.asked.length === asked.length);
    expect([broker.asked, quits]).toEqual([asked, 1]);
  });

  it('has no entry that copies a token, unlocks, or needs a window', async () => {
    broker.accounts = [well];
    panel = await openPanel(address);
    show();
    const icon = await panel.tray();
    await waitFor('the menu', async () => (await icon.labels()).length > 2);
    await expect(icon.click('lab', 'Copy')).rejects.toThrow('there is no Copy');
    await expect(icon.click('Open')).rejects.toThrow('there is no Open');
  });

  it('changes words without a new layout, and takes a late click for what was read there', async () => {
    broker.accounts = [needy];
    panel = await openPanel(address);
    show();
    const icon = await panel.tray();
    await waitFor('the menu', async () => (await icon.labels()).length > 2);
    const late = await icon.idOf('lab');
    const before = icon.signals.length;
    broker.become(well);
    await waitFor('the account', async () => (await icon.labels())[2]?.startsWith('●') === true);
    expect(icon.signals.slice(before)).toEqual([
      'LayoutUpdated',
      'NewIcon',
      'NewAttentionIcon',
      'NewStatus',
      'NewToolTip',
    ]);
    await icon.clickId(late);
    await icon.clickId(12_345);
    expect(broker.asked).toEqual(['sign in lab']);
    const then = icon.signals.length;
    broker.become({ ...well, expires_at: new Date(Date.now() + 600_000).toISOString() });
    await waitFor('the words', async () => (await icon.labels())[2]?.includes('min left') === true);
    expect(icon.signals.slice(then)).toEqual(['ItemsPropertiesUpdated']);
  });

  it('tells a host that read it too early that there is something to show', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    broker.ready = promise;
    broker.accounts = [well];
    panel = await openPanel(address);
    show();
    const icon = await panel.tray();
    expect(await icon.status()).toBe('Passive');
    resolve();
    await waitFor('the menu', async () => (await icon.labels()).length > 2);
    expect(await icon.status()).toBe('Active');
    expect(icon.signals).toEqual(['LayoutUpdated', 'NewIcon', 'NewAttentionIcon', 'NewStatus', 'NewToolTip']);
  });

  it('is told of one at a time, where the list of icons and who shows it come together', async () => {
    broker.accounts = [well];
    show();
    panel = await openPanel(address);
    const icon = await panel.tray();
    await waitFor('the menu', async () => (await icon.labels()).length > 2);
    expect(panel.mostAtOnce).toBe(1);
  });

  it('does nothing and costs no event while nobody shows icons, and appears when somebody does', async () => {
    broker.accounts = [well];
    show();
    await bus.call({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'GetId',
      signature: '',
      body: [],
    });
    expect(broker.listeners.size).toBe(0);
    panel = await openPanel(address);
    const icon = await panel.tray();
    await waitFor('the menu', async () => (await icon.labels()).length > 2);
    panel.close();
    await waitFor('the end of listening', async () => broker.listeners.size === 0);
    // Another panel is told anew, and shows the same icon.
    panel = await openPanel(address);
    const again = await panel.tray();
    await waitFor('the menu', async () => (await again.labels())[2]?.startsWith('●') === true);
    await waitFor('listening', async () => broker.listeners.size === 1);
  });
});
