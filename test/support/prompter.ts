import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A screen nobody sees, where gnome-keyring's own prompter shows its windows and a test presses the keys. */
export interface Display {
  /** For `DISPLAY`. */
  readonly name: string;
  /** How many password windows are open. */
  prompts(): Promise<number>;
  /** Resolves when a password window is there. */
  prompted(): Promise<void>;
  /** Types the password into the window that is open, and waits until that window has gone. */
  answer(password: string): Promise<void>;
  /** Presses Escape in the window that is open, and waits until that window has gone. */
  dismiss(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Without `-noreset` an X server starts over whenever its last program leaves, as each xdotool does, and turns away a
 * prompter that comes at that moment: the keyring then takes its question for dismissed.
 */
const xvfb = (size: string): readonly string[] => [
  '-displayfd',
  '3',
  '-screen',
  '0',
  `${size}x24`,
  '-nolisten',
  'tcp',
  '-noreset',
];

/** Xvfb on a display number of its own choice. */
export async function startDisplay(size = '640x480'): Promise<Display> {
  const server = spawn('Xvfb', xvfb(size), { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const chosen = server.stdio[3];
  if (!chosen) throw new Error('Xvfb was started without its pipe');
  const failed = Promise.race([once(server, 'error'), once(server, 'exit')]).then(() => {
    throw new Error('Xvfb ended before it served');
  });
  failed.catch(() => undefined);
  const [number] = await Promise.race([once(chosen, 'data'), failed]);
  const name = `:${String(number).trim()}`;
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', DISPLAY: name };
  const tool = async (...args: readonly string[]): Promise<string> => (await run('xdotool', args, { env })).stdout;
  const endAtExit = (): boolean => server.kill('SIGKILL');
  process.once('exit', endAtExit);

  /** The prompter keeps a window without a name beside those that people see. */
  const windows = async (): Promise<readonly string[]> => {
    const named: string[] = [];
    // xdotool ends with 1 where it finds nothing.
    const found = await tool('search', '--onlyvisible', '--class', 'gcr-prompter').catch(() => '');
    for (const window of found.split('\n').filter((line) => line !== '')) {
      if ((await tool('getwindowname', window).catch(() => '')).trim() !== '') named.push(window);
    }
    return named;
  };
  /**
   * A busy machine needs longer than any deadline chosen here to start the prompter: only the time limit of the test,
   * whose cleanup stops the display, ends this wait.
   */
  const until = async (ready: () => Promise<boolean>): Promise<void> => {
    while (!(await ready())) {
      if (server.exitCode !== null || server.signalCode !== null) throw new Error('the display was stopped');
      await sleep(25);
    }
  };
  const prompted = (): Promise<void> => until(async () => (await windows()).length > 0);

  /** A window takes keys only some time after it is seen: they are pressed again until it has gone. */
  const use = async (press: () => Promise<unknown>): Promise<void> => {
    await prompted();
    const [window] = await windows();
    const open = async (): Promise<boolean> => window !== undefined && (await windows()).includes(window);
    await until(async () => {
      if (await open()) await press();
      for (let look = 0; look < 20 && (await open()); look += 1) await sleep(25);
      return !(await open());
    });
  };
  return {
    name,
    prompts: async () => (await windows()).length,
    prompted,
    answer: (password) =>
      use(async () => {
        await tool('key', 'ctrl+a');
        await tool('type', password);
        await tool('key', 'Return');
      }),
    dismiss: () => use(() => tool('key', 'Escape')),
    stop: async () => {
      process.off('exit', endAtExit);
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      await gone;
    },
  };
}
