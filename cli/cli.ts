import type { ReadStream } from 'node:tty';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import { takeEnvironment } from '../core/platform/start-environment.ts';
import { type Environment, wantsColour } from './output/colour.ts';

/** One output stream, as much as a command needs of it. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** Width of the terminal; 80 where there is none, so that piped tables are the same everywhere. */
  readonly columns: number;
  write(text: string): void;
}

/** What every command gets. */
export interface Cli {
  /** As the caller had it; our own process has only a part of it. */
  readonly env: Environment;
  readonly out: Screen;
  readonly err: Screen;
  readonly stdin: ReadStream | NodeJS.ReadableStream;
  /** The running broker; loaded only by commands that talk to it. */
  broker(options?: { readonly keep?: boolean }): Promise<LocalApiClient>;
  /** The status to end with when the command returns; 0 unless set. */
  setStatus(status: number): void;
}

function screen(stream: NodeJS.WriteStream, env: Environment): Screen {
  const isTerminal = stream.isTTY === true;
  return {
    isTerminal,
    colour: wantsColour(env, isTerminal),
    get columns() {
      return isTerminal ? Math.max(40, stream.columns) : 80;
    },
    write: (text) => void stream.write(text),
  };
}

/** A reader that went away (`| head -1`) is not a failure of ours: end as other tools do, by SIGPIPE's status. */
function endQuietlyWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 1));
}

/** Resolves when everything written has left the process. */
export async function drained(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

/** The command line of this process; `status` reads what the command set. */
export function processCli(): { readonly cli: Cli; status(): number } {
  let status = 0;
  const env = takeEnvironment(process.env);
  endQuietlyWithReader(process.stdout);
  endQuietlyWithReader(process.stderr);
  const cli: Cli = {
    env,
    out: screen(process.stdout, env),
    err: screen(process.stderr, env),
    // Opened on first use: touching standard input makes Node watch it.
    get stdin() {
      return process.stdin;
    },
    broker: async (options) => {
      const { findBroker } = await import('../core/local-api/client/client.ts');
      return findBroker(env, options);
    },
    setStatus: (code) => {
      status = code;
    },
  };
  return { cli, status: () => status };
}
