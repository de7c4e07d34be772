import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Cli } from './cli.ts';

export const isTerminal = (cli: Cli): boolean => 'isTTY' in cli.stdin && cli.stdin.isTTY === true;

/** Readline echoes to its output, not to the terminal: with nowhere to write, nothing typed shows. */
const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * One line of standard input without its end; undefined when there is none, or when `signal` has aborted. Asks on
 * standard error, on a terminal only.
 */
export async function readLine(
  cli: Cli,
  question: string,
  options: { readonly hidden: boolean; readonly signal?: AbortSignal } = { hidden: false },
): Promise<string | undefined> {
  const terminal = isTerminal(cli);
  const lines = createInterface({
    input: cli.stdin,
    ...(terminal ? { output: options.hidden ? nowhere() : process.stderr, terminal: options.hidden } : {}),
  });
  // After the echo is off: people type as soon as they are asked.
  if (terminal) cli.err.write(question);
  const close = (): void => lines.close();
  options.signal?.addEventListener('abort', close, { once: true });
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
      // Readline takes Ctrl-C in hidden mode; the person still means to stop.
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    });
  } finally {
    options.signal?.removeEventListener('abort', close);
    lines.close();
    if (terminal && options.hidden) cli.err.write('\n');
  }
}

/** All of standard input, for a value that is piped in. */
export async function readAll(cli: Cli, limit: number): Promise<string> {
  let text = '';
  for await (const chunk of cli.stdin) {
    text += String(chunk);
    if (text.length > limit) break;
  }
  return text;
}

/** A secret: typed without echo on a terminal, else everything piped in, less one final line end. */
export async function readSecret(cli: Cli, question: string, limit: number): Promise<string> {
  if (isTerminal(cli)) return (await readLine(cli, question, { hidden: true })) ?? '';
  return (await readAll(cli, limit)).replace(/\r?\n$/, '');
}
