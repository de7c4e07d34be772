import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../demo/children.ts';

export interface Timed {
  /** Name of the temporary files of this command. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly input: string;
  /** What a right answer holds. */
  readonly expected: RegExp | undefined;
}

/** Milliseconds. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

export interface Stopwatch {
  /** Path of a program that does nothing. */
  readonly emptyProgram: string;
  /** Resolves to a function that runs the command once, to its end: milliseconds. It rejects on a wrong answer. */
  timer(timed: Timed): Promise<() => Promise<number>>;
  /** As `timer`, with the CPU time of the command and of what it started. */
  meter(timed: Timed): Promise<() => Promise<Cost>>;
}

/** Compiles the C programs into `folder`. */
export async function buildStopwatch(folder: string): Promise<Stopwatch> {
  const compile = async (name: string): Promise<string> => {
    const program = join(folder, name);
    const source = join(import.meta.dirname, `${name}.c`);
    await run('gcc', ['-O2', '-Wall', '-Werror', '-o', program, source], { env: process.env, cwd: folder });
    return program;
  };
  const stopwatch = await compile('stopwatch');
  const meter = async ({ name, command, env, input, expected }: Timed): Promise<() => Promise<Cost>> => {
    const inputFile = join(folder, `${name}.in`);
    const outputFile = join(folder, `${name}.out`);
    await writeFile(inputFile, input);
    return async () => {
      const { stdout, stderr } = await run(stopwatch, [inputFile, outputFile, ...command], { env, cwd: folder });
      const [status, nanoseconds = Number.NaN, cpuMicroseconds = Number.NaN] = stdout.split(' ').map(Number);
      const right = expected === undefined || expected.test(await readFile(outputFile, 'utf8'));
      if (status !== 0 || !right) throw new Error(`${name} answered wrongly (status ${status}): ${stderr.trim()}`);
      return { wall: nanoseconds / 1e6, cpu: cpuMicroseconds / 1e3 };
    };
  };
  return {
    emptyProgram: await compile('empty'),
    meter,
    async timer(timed) {
      const metered = await meter(timed);
      return async () => (await metered()).wall;
    },
  };
}
