import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAuthorizationServer } from '../../../demo/authorization-server.ts';
import type { Child } from '../../../demo/children.ts';
import type { Keytray } from '../../support/keytray.ts';
import { signIn } from '../../support/sign-in.ts';
import { manyAccounts } from '../many-accounts.ts';
import { startIdleBroker, withNodeOfItsOwn } from '../measure-memory.ts';
import { answersStatus } from '../measure-start.ts';
import { memoryOfTree } from '../process-memory.ts';
import { thisCheckout } from '../product.ts';
import { until } from '../until.ts';
import { createDesktopHome, hear, type Runner, startDesktopApp, startStandIn } from './desktop-app.ts';
import { accounts, standIn } from './names.ts';
import type { Figure } from './report.ts';

const megabyte = 1e6;

/** All at once, each idle for `seconds` and on a copy of Node, or they would share its pages. */
export async function measureDesktopMemory(
  folder: string,
  program: string,
  seconds: number,
): Promise<readonly Figure[]> {
  const closers: (() => Promise<void>)[] = [];
  const runnerOf = async (name: string): Promise<Runner> => {
    const at = join(folder, name);
    await mkdir(at);
    const node = join(at, 'node');
    await copyFile(process.execPath, node);
    return { node, program, product: thisCheckout };
  };
  try {
    const server = await startAuthorizationServer();
    closers.push(() => server.close());
    const agentFolder = join(folder, 'agent');
    await mkdir(agentFolder);
    const agent = await startIdleBroker(server.issuer, agentFolder, await withNodeOfItsOwn(thisCheckout, agentFolder));
    closers.push(() => agent.close());
    const home = await createDesktopHome(folder, manyAccounts(server.issuer, accounts));
    closers.push(() => home.close());
    const app = startDesktopApp(home.keytray, await runnerOf('app'));
    closers.push(() => app.stop());
    await signInAll(home.keytray);
    const alone = startStandIn(await runnerOf('alone'));
    closers.push(() => alone.stop());
    await hear(alone);
    await sleep(seconds * 1_000);
    const value = memoryOf(app);
    const what = `main process, memory (PSS), idle, ${accounts} accounts signed in`;
    return [
      {
        what: `${what} ${standIn}`,
        unit: 'MB',
        value,
        beside: { name: 'our agent', value: memoryOfTree(agent.pid) / megabyte },
      },
      {
        what: '  the same beside the floor',
        unit: 'MB',
        value,
        beside: { name: 'stand-in alone', value: memoryOf(alone) },
      },
    ];
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

export async function signInAll(keytray: Keytray): Promise<void> {
  await until(() => answersStatus(keytray.socket));
  for (const { account } of await keytray.api.accounts()) {
    const { state } = await signIn(keytray, account);
    if (state !== 'succeeded') throw new Error(`the sign-in of ${account} ended as ${state}`);
  }
}

export function memoryOf({ pid }: Child): number {
  if (pid === undefined) throw new Error('a process did not start');
  return memoryOfTree(pid) / megabyte;
}
