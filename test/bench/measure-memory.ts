import { copyFile, cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../../demo/children.ts';
import { createKeytray, type Keytray } from '../support/keytray.ts';
import { signIn } from '../support/sign-in.ts';
import { budgets } from './budgets.ts';
import { manyAccounts } from './many-accounts.ts';
import { memoryOfTree } from './process-memory.ts';
import { type Product, productAt } from './product.ts';
import type { Row } from './report.ts';
import { until } from './until.ts';

const accounts = 10;
const megabyte = 1e6;

export interface IdleBroker {
  readonly pid: number;
  readonly keytray: Keytray;
  close(): Promise<void>;
}

interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  /** What the configuration says besides its accounts. */
  readonly config?: object;
}

/** A broker that is left alone once its accounts are signed in, on a Node of its own. */
export async function startIdleBroker(
  issuer: string,
  folder: string,
  { program }: Product,
  { env, config = {} }: Surroundings = {},
): Promise<IdleBroker> {
  const keytray = await createKeytray(env);
  await keytray.configure(JSON.stringify({ ...JSON.parse(manyAccounts(issuer, accounts)), ...config }));
  const agent = startChild(program('keytray'), ['agent'], { env: keytray.env, cwd: folder });
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
    return { pid: agent.pid, keytray, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A copy of the built programs, which name the Node they run on in `lib/node`, and of that Node: the bench and its other
 * processes would share the pages of the same file, and shared pages count by share only.
 */
export async function withNodeOfItsOwn(product: Product, folder: string): Promise<Product> {
  const node = join(folder, 'node');
  const installed = await readFile(join(product.root, 'out/lib/node'), 'utf8');
  await copyFile(installed.trimEnd(), node);
  for (const part of ['bin', 'lib', 'libexec']) {
    const from = join(product.root, 'out', part);
    await cp(from, join(folder, 'out', part), { recursive: true, verbatimSymlinks: true });
  }
  await writeFile(join(folder, 'out/lib/node'), `${node}\n`);
  await symlink(join(product.root, 'node_modules'), join(folder, 'node_modules'));
  return productAt(folder);
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
