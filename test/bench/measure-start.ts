import { request } from 'node:http';
import { run, startChild } from '../../demo/children.ts';
import { createKeytray, type Keytray } from '../support/keytray.ts';
import { budgets } from './budgets.ts';
import { manyAccounts } from './many-accounts.ts';
import { startOidcAgent } from './oidc-agent.ts';
import { cpuOfTree } from './process-cpu.ts';
import { type Product, thisCheckout } from './product.ts';
import type { Row } from './report.ts';
import { type Contestant, medians } from './rounds.ts';
import type { Cost } from './stopwatch.ts';
import { until } from './until.ts';

// Nobody listens there and nobody is asked: no account is signed in.
const issuer = 'http://127.0.0.1:9';

/** From the start of the process until the socket answers. */
export async function measureStart(rounds: number): Promise<Row[]> {
  const keytrays: Keytray[] = [];
  const contestants: Contestant[] = [];
  try {
    for (const count of [10, 1_000]) {
      const keytray = await createKeytray();
      keytrays.push(keytray);
      await keytray.configure(accountsToStartWith(count));
      contestants.push({ name: `keytray ${count}`, run: async () => (await costOfStart(keytray, thisCheckout)).wall });
    }
    contestants.push(
      {
        name: 'oidc-agent',
        run: timeOfOidcAgent,
      },
      {
        name: 'node',
        async run() {
          const start = performance.now();
          await run(process.execPath, ['-e', '0'], { env: {}, cwd: '/' });
          return performance.now() - start;
        },
      },
    );
    const medianOf = await medians(contestants, rounds);
    const agent = { name: 'oidc-agent', value: medianOf('oidc-agent') };
    const ten = medianOf('keytray 10');
    return [
      {
        what: 'start until the socket answers, 10 accounts',
        unit: 'ms',
        ours: ten,
        peer: agent,
        budget: budgets.startWithTen,
      },
      {
        what: '  the same beside the floor',
        unit: 'ms',
        ours: ten,
        peer: { name: 'node -e 0', value: medianOf('node') },
      },
      {
        what: '  1,000 accounts',
        unit: 'ms',
        ours: medianOf('keytray 1000'),
        peer: agent,
        budget: budgets.startWithThousand,
      },
    ];
  } finally {
    for (const keytray of keytrays) await keytray.close();
  }
}

/** Config of accounts that are not signed in. */
export function accountsToStartWith(count: number): string {
  return manyAccounts(issuer, count);
}

/** Of the agent, until its socket answers. */
export async function costOfStart({ env, folder, socket }: Keytray, { program }: Product): Promise<Cost> {
  const start = performance.now();
  const agent = startChild(program('keytray'), ['agent'], { env, cwd: folder });
  try {
    await until(() => answersStatus(socket));
    const wall = performance.now() - start;
    if (agent.pid === undefined) throw new Error('the agent did not start');
    return { wall, cpu: cpuOfTree(agent.pid) };
  } finally {
    await agent.stop();
  }
}

/** Milliseconds until its socket answers. */
export async function timeOfOidcAgent(): Promise<number> {
  const start = performance.now();
  const agent = await startOidcAgent();
  const took = performance.now() - start;
  await agent.close();
  return took;
}

export function answersStatus(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/v1/status', headers: { host: 'keytray' } }, (answer) => {
      answer.resume().once('close', () => resolve(answer.complete && answer.statusCode === 200));
    });
    asking.once('error', () => resolve(false)).end();
  });
}
