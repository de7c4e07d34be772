import { request } from 'node:http';
import { run, startChild } from '../../cli/demo/children.ts';
import { createKeytray, type Keytray, program } from '../support/keytray.ts';
import { budgets } from './budgets.ts';
import { manyAccounts } from './many-accounts.ts';
import { startOidcAgent } from './oidc-agent.ts';
import type { Row } from './report.ts';
import { type Contestant, medians } from './rounds.ts';
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
      await keytray.configure(manyAccounts(issuer, count));
      contestants.push({ name: `keytray ${count}`, run: () => timeToStatus(keytray) });
    }
    contestants.push(
      {
        name: 'oidc-agent',
        async run() {
          const start = performance.now();
          const agent = await startOidcAgent();
          const took = performance.now() - start;
          await agent.close();
          return took;
        },
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

async function timeToStatus({ env, folder, socket }: Keytray): Promise<number> {
  const start = performance.now();
  const agent = startChild(program('keytray'), ['agent'], { env, cwd: folder });
  try {
    await until(() => answersStatus(socket));
    return performance.now() - start;
  } finally {
    await agent.stop();
  }
}

export function answersStatus(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/v1/status', headers: { host: 'keytray' } }, (answer) => {
      answer.resume().once('close', () => resolve(answer.complete && answer.statusCode === 200));
    });
    asking.once('error', () => resolve(false)).end();
  });
}
