import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CliSandbox } from './cli-process.ts';

const entry = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/**
 * Runs the command line on a terminal of its own (script(1)); `answer` is typed once `question` is on the screen, and
 * what `then` has second once its first is.
 */
export async function onTerminal(
  sandbox: CliSandbox,
  args: string,
  question: string,
  answer: string,
  then: readonly [string, string] | undefined = undefined,
) {
  const command = `exec "$NODE" "$ENTRY" ${args}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...sandbox.env, NODE: process.execPath, ENTRY: entry, TERM: 'xterm', SHELL: '/bin/sh' },
    cwd: sandbox.home,
  });
  let screen = '';
  const script = [[question, answer] as const, ...(then === undefined ? [] : [then])];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [next] = script;
    if (next === undefined || !screen.includes(next[0])) return;
    script.shift();
    child.stdin.write(next[1]);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, screen };
}
