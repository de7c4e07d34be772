import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '../../../demo/children.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { openPanel, type Panel } from '../../support/panel.ts';
import { startBus } from '../../support/session-bus.ts';
import type { Product } from '../product.ts';
import { until } from '../until.ts';

// Milliseconds.
const patience = 30_000;

/** A person's folders and a desktop that shows tray icons. */
export interface DesktopHome {
  readonly keytray: Keytray;
  readonly panel: Panel;
  close(): Promise<void>;
}

export async function createDesktopHome(folder: string, config: string): Promise<DesktopHome> {
  const address = `unix:path=${join(folder, 'bus')}`;
  const env = { PATH: process.env.PATH ?? '', DBUS_SESSION_BUS_ADDRESS: address };
  const bus: ChildProcess = await startBus(folder, env);
  try {
    const watcher = await openPanel(address);
    const keytray = await createKeytray({ DBUS_SESSION_BUS_ADDRESS: address });
    await keytray.configure(config);
    return {
      keytray,
      panel: watcher,
      async close() {
        await keytray.close();
        watcher.close();
        await end(bus);
      },
    };
  } catch (error) {
    await end(bus);
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

/** How the main process is run without Electron. */
export interface Runner {
  readonly node: string;
  /** From `buildStandInApp`. */
  readonly program: string;
  readonly product: Product;
}

/** The main process as it is built; without a window, as at login. */
export function startDesktopApp({ env, folder }: Keytray, { node, program, product }: Runner): Child {
  const args = ['--disable-warning=ExperimentalWarning', program, product.root, 'app', '--autostart'];
  return startChild(node, args, { env, cwd: folder });
}

/** Node with the stand-in for Electron and nothing of ours. Its first line: it is loaded. */
export function startStandIn({ node, program, product }: Runner): Child {
  return startChild(node, [program, product.root, 'alone'], { env: { PATH: process.env.PATH }, cwd: '/' });
}

/** Resolves once its tray has a menu: on the bus, or, of a build that has Electron's tray, when it says so. */
export async function untilMenu(app: Child, { panel }: DesktopHome): Promise<void> {
  const onBus = async (): Promise<void> => {
    await until(async () => (await (await panel.tray()).labels().catch(() => [])).length > 0);
  };
  await Promise.race([hear(app), onBus()]);
}

/** Resolves at its first line, which may take long, but not for ever. */
export async function hear(child: Child): Promise<void> {
  const late = sleep(patience, undefined, { ref: false }).then(() => {
    throw new Error('a process said nothing');
  });
  await Promise.race([child.firstLine(), late]);
}
