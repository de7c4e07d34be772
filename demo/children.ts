import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process whose output is kept, and which is gone after `stop`. */
export interface Child {
  readonly pid: number | undefined;
  /** The first line of standard output; rejects if the child ends without one. */
  firstLine(): Promise<string>;
  readonly ended: Promise<Ran>;
  /** Asks it to end, then makes it. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** All of its standard input. */
  readonly input?: string;
}

/** How long a child may take to end when asked politely. */
const patience = 3_000;

export function startChild(file: string, args: readonly string[], { input = '', ...options }: ChildOptions): Child {
  const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  // It may end without reading it.
  child.stdin.on('error', () => undefined).end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? 1, stdout, stderr }));
  });
  // Nobody may be waiting for it when it fails.
  ended.catch(() => undefined);

  async function firstLine(): Promise<string> {
    while (!stdout.includes('\n')) {
      const more = once(child.stdout, 'data').then(() => 'more' as const);
      if ((await Promise.race([more, ended])) !== 'more') throw new Error(firstOf(stderr) ?? `${file} said nothing`);
    }
    return stdout.slice(0, stdout.indexOf('\n'));
  }

  return { pid: child.pid, firstLine, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<Ran>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended.catch(() => undefined);
  clearTimeout(timer);
}

function firstOf(text: string): string | undefined {
  return text.split('\n').find((line) => line.trim() !== '');
}

/** Runs to the end; a status other than 0 is an error that says what the program said. */
export async function run(file: string, args: readonly string[], options: ChildOptions): Promise<Ran> {
  const ran = await startChild(file, args, options).ended;
  if (ran.status === 0) return ran;
  throw new Error(`${[file, ...args].join(' ')} ended with ${ran.status}: ${ran.stderr.trim() || ran.stdout.trim()}`);
}
