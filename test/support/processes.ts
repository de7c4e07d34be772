import { spawn } from 'node:child_process';

export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer than any call here takes; ends a program that waits for somebody. */
const deadline = 60_000;

/** Runs a program to its end, whatever its status; rejects where a signal ended it. */
export function runToEnd(
  file: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly input?: string },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { env, cwd, input = '' } = options;
    const child = spawn(file, args, { cwd, env, stdio: 'pipe', timeout: deadline, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === null) reject(new Error(`${file} ${args.join(' ')} was ended by ${signal}: ${stderr}`));
      else resolve({ status: code, stdout, stderr });
    });
    // The program may not read its input at all.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
