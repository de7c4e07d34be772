import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a packaging tool; its last words are the error where it fails. */
export async function run(file: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(file, args, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-2000) : '';
    throw new Error(`${file} failed: ${said || String(error)}`, { cause: error });
  }
}
