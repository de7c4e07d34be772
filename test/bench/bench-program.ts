import { join } from 'node:path';
import { type Child, run, startChild } from '../../demo/children.ts';

const fileOf = (name: string): string => join(import.meta.dirname, 'programs', `${name}.ts`);

/** Runs one of programs/ in a process of its own, to its end; resolves to the JSON it prints. */
export async function program(name: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [fileOf(name), ...args], { env: process.env, cwd: '/' });
  return JSON.parse(stdout);
}

/** Starts one of programs/ that stays. */
export function startProgram(name: string, args: readonly string[]): Child {
  return startChild(process.execPath, [fileOf(name), ...args], { env: process.env, cwd: '/' });
}
