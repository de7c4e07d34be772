import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { CrowdPlan, CrowdReport } from '../e2e/front-door/programs/crowd.ts';
import { repository } from './keytray.ts';

const program = path.join(repository, 'test/e2e/front-door/programs/crowd.ts');

/** A program of its own that sits on many connections: its descriptors and its memory are not the test's. */
export interface Crowd {
  report(): Promise<CrowdReport>;
  leave(): Promise<void>;
}

/** Resolves when every connection is open or has been refused. */
export async function gatherCrowd(socketPath: string, plan: CrowdPlan): Promise<Crowd> {
  const child = spawn(process.execPath, [program, socketPath, JSON.stringify(plan)], { stdio: 'pipe' });
  child.stderr.pipe(process.stderr);
  const lines = linesOf(child);
  await lines.next();
  return {
    async report() {
      child.stdin.write('\n');
      return JSON.parse((await lines.next()).value ?? '{}');
    },
    async leave() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}

async function* linesOf(child: ChildProcessWithoutNullStreams): AsyncGenerator<string, undefined> {
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
  return undefined;
}
