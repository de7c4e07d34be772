import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { servePages } from '../../support/renderer/page-server.ts';
import {
  createDesktopHome,
  type DesktopHome,
  type Runner,
  startDesktopApp,
  untilMenu,
} from '../desktop/desktop-app.ts';
import { memoryOf, signInAll } from '../desktop/measure-memory.ts';
import { launchBrowser, many, visitWith } from '../desktop/measure-page.ts';
import { timed } from '../desktop/measure-start.ts';
import { accounts } from '../desktop/names.ts';
import { manyAccounts } from '../many-accounts.ts';
import { accountsToStartWith, answersStatus } from '../measure-start.ts';
import { cpuOfTree, untilQuiet } from '../process-cpu.ts';
import { until } from '../until.ts';
import { type Ready, type Run, withLabs } from './contenders.ts';
import { type Entrant, race } from './race.ts';
import type { RowId } from './rows.ts';

const megabyte = 1e6;
const startRows: readonly RowId[] = ['appStart', 'appMenu', 'appCpu'];
const pageRows: readonly RowId[] = ['pageHeap', 'pagePaint'];

/** The main process on plain Node with the stand-in for Electron, `program`, which is this checkout's for both. */
export async function measureAppStarts(run: Run, program: string, rounds: number): Promise<void> {
  await withLabs(
    run,
    startRows,
    async ({ side }) => await createDesktopHome(await run.folder(`app-start-${side}`), accountsToStartWith(accounts)),
    async (ready) => {
      await race(
        ready.map((one) => startEntrant(one, program)),
        rounds,
        run.book,
      );
    },
  );
}

function startEntrant({ side, product, lab: home }: Ready<DesktopHome>, program: string): Entrant {
  const { keytray } = home;
  const runner: Runner = { node: process.execPath, program, product };
  return {
    entry: side,
    rows: startRows,
    async run() {
      let [appMenu, appCpu] = [Number.NaN, Number.NaN];
      const appStart = await timed(
        () => startDesktopApp(keytray, runner),
        async (app, took) => {
          const menu = untilMenu(app, home).then(took);
          const answered = until(() => answersStatus(keytray.socket)).then(took);
          const [toMenu, toAnswer] = await Promise.all([menu, answered]);
          if (app.pid === undefined) throw new Error('the main process did not start');
          [appMenu, appCpu] = [toMenu, cpuOfTree(app.pid)];
          return toAnswer;
        },
      );
      return { appStart, appMenu, appCpu };
    },
  };
}

/** Both idle at once, each on a copy of Node, or they would share its pages. */
export async function measureAppMemory(run: Run, program: string, seconds: number): Promise<void> {
  const server = await startAuthorizationServer();
  try {
    await withLabs(
      run,
      ['appMemory'],
      async ({ side, product }) => {
        const folder = await run.folder(`app-memory-${side}`);
        const node = join(folder, 'node');
        await copyFile(process.execPath, node);
        const home = await createDesktopHome(folder, manyAccounts(server.issuer, accounts));
        const app = startDesktopApp(home.keytray, { node, program, product });
        const close = async (): Promise<void> => {
          await app.stop();
          await home.close();
        };
        try {
          await signInAll(home.keytray);
          return { app, close };
        } catch (error) {
          await close();
          throw error;
        }
      },
      async (ready) => {
        await sleep(seconds * 1_000);
        await untilQuiet(ready.flatMap(({ lab }) => lab.app.pid ?? []));
        for (const { side, lab } of ready) run.book.note(side, 'appMemory', memoryOf(lab.app));
      },
    );
  } finally {
    await server.close();
  }
}

/** The pages as they are built, each time in a window of its own. */
export async function measurePages(run: Run, rounds: number): Promise<void> {
  await withLabs(
    run,
    pageRows,
    ({ product }) => servePages(join(product.root, 'out/app/renderer')),
    async (ready) => {
      const browser = await launchBrowser(await run.folder('browser'));
      const entrants = ready.map(
        ({ side, lab }): Entrant => ({
          entry: side,
          rows: pageRows,
          async run() {
            const { heap, firstPaint } = await visitWith(browser, lab, many);
            return { pageHeap: heap / megabyte, pagePaint: firstPaint };
          },
        }),
      );
      try {
        await race(entrants, rounds, run.book);
      } finally {
        await browser.close();
      }
    },
  );
}
