import { type ChildProcess, spawn } from 'node:child_process';
import { KeytrayError } from '../errors.ts';
import type { UserAgent } from '../ports.ts';
import { commandWords } from './command-words.ts';
import { programEnvironment } from './start-environment.ts';

// A browser that is still there after this long has taken the URL (xdg-open of some desktops stays).
const patience = 3_000;

/** Opens the person's own browser: `browser:` of the account, `$BROWSER`, else the desktop's. */
export class SystemBrowser implements UserAgent {
  readonly #env: NodeJS.ProcessEnv;
  readonly #platform: NodeJS.Platform;
  readonly #umask: number;

  /** `umask`: the person's own; what their browser saves is no secret of ours. */
  constructor(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, umask: number) {
    this.#env = env;
    this.#platform = platform;
    this.#umask = umask;
  }

  async open(url: URL, choice: string | undefined): Promise<void> {
    const [command, ...args] = this.#command(choice);
    if (command === undefined) {
      throw new KeytrayError('temporarily_unavailable', 'there is no display');
    }
    const child = this.#start(command, [...args, url.href]);
    child.unref();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    timer.unref();
    child.once('error', (cause) =>
      reject(new KeytrayError('temporarily_unavailable', `${command} could not be started`, { cause })),
    );
    child.once('exit', (status) =>
      status === 0
        ? resolve()
        : reject(new KeytrayError('temporarily_unavailable', `${command} ended with status ${status ?? 'unknown'}`)),
    );
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The URL is one argument of its own, never a piece of a shell line. */
  #start(command: string, args: readonly string[]): ChildProcess {
    const ours = process.umask(this.#umask);
    try {
      return spawn(command, args, { stdio: 'ignore', detached: true, env: programEnvironment(this.#env) });
    } finally {
      process.umask(ours);
    }
  }

  #command(choice: string | undefined): readonly string[] {
    if (choice !== undefined) return chosenCommand(choice);
    const { BROWSER: preferred, DISPLAY, WAYLAND_DISPLAY } = this.#env;
    if (preferred !== undefined && preferred !== '') return [preferred];
    if (this.#platform === 'darwin') return ['open'];
    const display = WAYLAND_DISPLAY ?? DISPLAY;
    return display === undefined || display === '' ? [] : ['xdg-open'];
  }
}

function chosenCommand(choice: string): readonly string[] {
  const words = commandWords(choice);
  if (words !== undefined) return words;
  throw new KeytrayError('misconfigured', `browser: a quote is left open in ${JSON.stringify(choice)}`, {
    advice: 'Close the quote.',
  });
}
