import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFlags } from '../../build/node-flags.ts';
import { startChild } from '../../cli/demo/children.ts';
import { createKeytray, repository } from '../support/keytray.ts';
import { signIn } from '../support/sign-in.ts';
import { budgets } from './budgets.ts';
import { manyAccounts } from './many-accounts.ts';
import { memoryOfTree } from './process-memory.ts';
import type { Row } from './report.ts';
import { until } from './until.ts';

const accounts = 10;
const megabyte = 1e6;

export interface IdleBroker {
  readonly pid: number;
  close(): Promise<void>;
}

/**
 * A broker that is left alone once its accounts are signed in. It runs on a copy of Node: the bench and its other
 * processes would share the pages of the same file, and shared pages count by share only.
 */
export async function startIdleBroker(issuer: string, folder: string): Promise<IdleBroker> {
  const keytray = await createKeytray();
  const node = join(folder, 'node');
  await copyFile(process.execPath, node);
  await keytray.configure(manyAccounts(issuer, accounts));
  const args = [...nodeFlags, join(repository, 'out/lib/agent.js')];
  const agent = startChild(node, args, { env: keytray.env, cwd: folder });
  const close = async (): Promise<void> => {
    await agent.stop();
    await keytray.close();
  };
  try {
    if (agent.pid === undefined) throw new Error('the agent did not start');
    const isUp = () =>
      keytray.api.status().then(
        () => true,
        () => false,
      );
    await until(isUp);
    for (const { account } of await keytray.api.accounts()) {
      const { state } = await signIn(keytray, account);
      if (state !== 'succeeded') throw new Error(`the sign-in of ${account} ended as ${state}`);
    }
    return { pid: agent.pid, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Both with their children, as they stand. */
export function measureMemory(broker: { readonly pid: number }, peer: { readonly pid: number }): Row[] {
  return [
    {
      what: `memory (PSS), idle, ${accounts} accounts`,
      unit: 'MB',
      ours: memoryOfTree(broker.pid) / megabyte,
      peer: { name: 'oidc-agent', value: memoryOfTree(peer.pid) / megabyte },
      budget: budgets.memory,
    },
  ];
}
