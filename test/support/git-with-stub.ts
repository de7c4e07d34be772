import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compileCache } from './compile-cache.ts';
import type { FakeAccount } from './fake-helper-broker.ts';
import { createGitSandbox, type GitProgram, type GitSandbox } from './git-sandbox.ts';
import type { LoggedCall } from './stub-credential-helper.ts';

const node = path.resolve(import.meta.dirname, '../../node_modules/node/bin/node');
const stub = path.join(import.meta.dirname, 'stub-credential-helper.ts');

export interface GitWithStub extends GitSandbox {
  /** What the broker holds from now on. */
  hold(accounts: readonly FakeAccount[]): Promise<void>;
  calls(): Promise<readonly LoggedCall[]>;
}

/** A git sandbox whose only credential helper is our git helper over a fake broker. */
export async function createGitWithStub(program: GitProgram, accounts: readonly FakeAccount[]): Promise<GitWithStub> {
  const sandbox = await createGitSandbox({ program });
  const state = path.join(sandbox.home, 'accounts.json');
  const log = path.join(sandbox.home, 'calls.log');
  const hold = (held: readonly FakeAccount[]) => writeFile(state, JSON.stringify(held));
  await hold(accounts);
  await writeFile(log, '');
  const helper = `!NODE_COMPILE_CACHE='${compileCache}' '${node}' '${stub}' '${state}' '${log}'`;
  await sandbox.git('config', '--global', 'credential.helper', helper);
  return {
    ...sandbox,
    hold,
    async calls() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as LoggedCall);
    },
  };
}
