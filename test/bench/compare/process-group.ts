import { spawn } from 'node:child_process';

// Milliseconds.
const patience = 5_000;

export interface GroupOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Ends it and everything it started. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program to its end as the leader of a process group of its own; resolves to what it printed, rejects where its
 * status is not 0. No process of the group outlives it, however it ends.
 */
export function runGroup(file: string, args: readonly string[], { env, cwd, signal }: GroupOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    let killing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      endGroup(child.pid, 'SIGTERM');
      killing = setTimeout(() => endGroup(child.pid, 'SIGKILL'), patience);
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    // What it left behind may hold its output open.
    child.once('exit', () => endGroup(child.pid, 'SIGKILL'));
    child.once('close', (status) => {
      clearTimeout(killing);
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (status === 0) resolve(stdout);
      else reject(new Error(`${[file, ...args].join(' ')} ended with ${status}\n${lastLines(stderr || stdout)}`));
    });
  });
}

function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // All of it has ended.
  }
}

const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-20).join('\n');
