import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { trixiePrograms } from '../../build/trixie-programs.ts';
import { trixieCommand } from '../support/trixie.ts';

const answer = z.strictObject({ status: z.number(), stdout: z.string(), stderr: z.string() });
export type PipAnswer = z.infer<typeof answer>;

export interface PipCall {
  /** Of pip; without them everything it reads of its configuration is printed as JSON. */
  readonly args?: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** pip of Debian trixie, imported once: a start of its own costs half a second of CPU time for each call. */
export interface PipJudge {
  call(call: PipCall): Promise<PipAnswer>;
  end(): Promise<void>;
}

const program = path.join(import.meta.dirname, 'pip-judge.py');

export async function startPipJudge(): Promise<PipJudge> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-pip-'));
  const socket = path.join(folder, 'judge');
  // pip does not start without certificates.
  const [file, ...rest] = trixieCommand('pip', [program, socket], { cwd: '/', binds: ['/etc/ssl'] });
  const words = rest.map((word) => (word === trixiePrograms.pip.path ? '/usr/bin/python3' : word));
  const judge = spawn(file, words, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(judge.stdout, 'data'), ended(judge)]);
  return {
    async call(call) {
      const connection = connect(socket);
      await once(connection, 'connect');
      connection.write(`${JSON.stringify(call)}\n`);
      return answer.parse(JSON.parse(await text(connection)));
    },
    async end() {
      const gone = once(judge, 'exit');
      judge.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ended(judge: ChildProcess): Promise<never> {
  const [status] = await once(judge, 'exit');
  throw new Error(`Python ended with ${status} before it listened`);
}
