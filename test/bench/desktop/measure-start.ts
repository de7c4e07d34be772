import { type Child, startChild } from '../../../demo/children.ts';
import { createKeytray, program as installed } from '../../support/keytray.ts';
import { manyAccounts } from '../many-accounts.ts';
import { answersStatus } from '../measure-start.ts';
import { thisCheckout } from '../product.ts';
import { medians } from '../rounds.ts';
import { median } from '../statistics.ts';
import { until } from '../until.ts';
import { createDesktopHome, hear, startDesktopApp, startStandIn, untilMenu } from './desktop-app.ts';
import { accounts, standIn } from './names.ts';
import type { Figure } from './report.ts';

// Nobody listens there and nobody is asked: no account is signed in.
const config = manyAccounts('http://127.0.0.1:9', accounts);

/** From the start of the process until the socket answers, and until the tray has its menu. */
export async function measureDesktopStart(folder: string, program: string, rounds: number): Promise<readonly Figure[]> {
  const runner = { node: process.execPath, program, product: thisCheckout };
  const agentHome = await createKeytray();
  const home = await createDesktopHome(folder, config);
  const menus: number[] = [];
  try {
    await agentHome.configure(config);
    const medianOf = await medians(
      [
        {
          name: 'app',
          run: () =>
            timed(
              () => startDesktopApp(home.keytray, runner),
              async (app, took) => {
                const menu = untilMenu(app, home).then(took);
                const answered = until(() => answersStatus(home.keytray.socket)).then(took);
                const [toMenu, toAnswer] = await Promise.all([menu, answered]);
                menus.push(toMenu);
                return toAnswer;
              },
            ),
        },
        {
          name: 'agent',
          run: () =>
            timed(
              () => startChild(installed('keytray'), ['agent'], { env: agentHome.env, cwd: agentHome.folder }),
              async (_agent, took) => {
                await until(() => answersStatus(agentHome.socket));
                return took();
              },
            ),
        },
        {
          name: 'floor',
          run: () =>
            timed(
              () => startStandIn(runner),
              async (alone, took) => {
                await hear(alone);
                return took();
              },
            ),
        },
      ],
      rounds,
    );
    const agent = { name: 'our agent', value: medianOf('agent') };
    return [
      {
        what: `main process, start until the socket answers, ${accounts} accounts ${standIn}`,
        unit: 'ms',
        value: medianOf('app'),
        beside: agent,
      },
      // The first value is the warm-up's.
      { what: `  until the tray has its menu ${standIn}`, unit: 'ms', value: median(menus.slice(1)), beside: agent },
      {
        what: '  the same beside the floor',
        unit: 'ms',
        value: median(menus.slice(1)),
        beside: { name: 'stand-in alone', value: medianOf('floor') },
      },
    ];
  } finally {
    await home.close();
    await agentHome.close();
  }
}

/** `work` is given the milliseconds since before the start. The child is gone afterwards. */
export async function timed(
  start: () => Child,
  work: (child: Child, took: () => number) => Promise<number>,
): Promise<number> {
  const begin = performance.now();
  const child = start();
  try {
    return await work(child, () => performance.now() - begin);
  } finally {
    await child.stop();
  }
}
