import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);

/** dunst: a real notification daemon, worked over D-Bus as a person would with a mouse. */
export interface NotificationDaemon {
  /** How many notices are on the screen. */
  displayed(): Promise<number>;
  /** The titles shown since the start that have gone from the screen, the latest first. */
  closed(): Promise<readonly string[]>;
  /** Clicks the notice on top: its default action. */
  click(): Promise<void>;
  /** Presses the button of this label on the notice on top. */
  press(label: string): Promise<void>;
  /** Puts the notice on top aside. */
  putAside(): Promise<void>;
  stop(): Promise<void>;
}

/** `env` has a session bus and a display. */
export async function startNotificationDaemon(env: Record<string, string>): Promise<NotificationDaemon> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-dunst-'));
  const wanted = path.join(folder, 'wanted');
  const chooser = path.join(folder, 'choose');
  // dunst has no buttons but a menu: a program that is given a line for each and prints the one that was chosen.
  await writeFile(chooser, `#!/bin/sh\nexec grep -m 1 -F "#$(cat '${wanted}') ("\n`, { mode: 0o700 });
  const config = path.join(folder, 'dunstrc');
  await writeFile(config, `[global]\n  dmenu = ${chooser}\n`);
  const daemon = spawn('dunst', ['-conf', config], { env, stdio: 'ignore' });
  const endAtExit = (): boolean => daemon.kill('SIGKILL');
  process.once('exit', endAtExit);
  const tell = async (...args: readonly string[]): Promise<string> => (await run('dunstctl', args, { env })).stdout;
  await waitFor('the notification daemon', async () => (await tell('count').catch(() => '')) !== '');
  return {
    displayed: async () => Number((await tell('count', 'displayed')).trim()),
    closed: async () => {
      const history: unknown = JSON.parse(await tell('history'));
      return titlesIn(history);
    },
    click: async () => {
      await tell('action', '0');
    },
    press: async (label) => {
      await writeFile(wanted, label);
      await tell('context');
    },
    putAside: async () => {
      await tell('close');
    },
    stop: async () => {
      process.off('exit', endAtExit);
      await rm(folder, { recursive: true });
      if (daemon.exitCode !== null || daemon.signalCode !== null) return;
      const gone = once(daemon, 'exit');
      daemon.kill('SIGTERM');
      await gone;
    },
  };
}

/** `{"data":[[{"summary":{"type":"STRING","data":"…"}}]]}` */
function titlesIn(history: unknown): readonly string[] {
  const titles: string[] = [];
  JSON.stringify(history, (key, value: unknown) => {
    const isTitle = key === 'summary' && typeof value === 'object' && value !== null && 'data' in value;
    if (isTitle) titles.push(String(value.data));
    return value;
  });
  return titles;
}
