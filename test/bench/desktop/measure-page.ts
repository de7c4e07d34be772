import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { repository } from '../../support/keytray.ts';
import { openAppWindow } from '../../support/renderer/app-window.ts';
import { type PageServer, servePages } from '../../support/renderer/page-server.ts';
import { sampleApi } from '../../support/renderer/sample-api.ts';
import { median } from '../statistics.ts';
import { until } from '../until.ts';
import type { Figure } from './report.ts';
import { sampleState } from './sample-state.ts';

const few = 10;
export const many = 500;
const megabyte = 1e6;

interface Visit {
  /** Bytes of JavaScript objects after a collection. */
  readonly heap: number;
  /** Milliseconds from the navigation. */
  readonly firstPaint: number;
  readonly rows: number;
}

/** The pages as they are built, in a Chromium whose home is in `folder`, each time in a window of its own. */
export async function measurePage(folder: string, rounds: number): Promise<readonly Figure[]> {
  const server = await servePages(join(repository, 'out/app/renderer'));
  try {
    const browser = await launchBrowser(folder);
    try {
      const visits = new Map<number, Visit[]>();
      // Round -1 warms the caches and does not count.
      for (let round = -1; round < rounds; round += 1) {
        for (const count of [few, many]) {
          const visit = await visitWith(browser, server, count);
          if (round >= 0) visits.set(count, [...(visits.get(count) ?? []), visit]);
        }
      }
      return figuresOf((count, of) => median((visits.get(count) ?? []).map((visit) => visit[of])));
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/** Its home is in `folder`. */
export function launchBrowser(folder: string): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Root cannot have the sandbox, and the only pages opened are ours.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
    env: { ...process.env, HOME: folder },
  });
}

function figuresOf(medianOf: (count: number, of: keyof Visit) => number): readonly Figure[] {
  const figure = (what: string, unit: string, of: keyof Visit, scale = 1): Figure => ({
    what: `${what}, ${many} accounts`,
    unit,
    value: medianOf(many, of) / scale,
    beside: { name: `${few} accounts`, value: medianOf(few, of) / scale },
  });
  return [
    figure('pages in Chromium, JavaScript heap after a collection', 'MB', 'heap', megabyte),
    figure('  first contentful paint', 'ms', 'firstPaint'),
    figure('  rows mounted', '', 'rows'),
  ];
}

export async function visitWith(browser: Browser, { url }: PageServer, count: number): Promise<Visit> {
  const state = sampleState(count, Date.now());
  const window = await openAppWindow(browser, url, {
    api: { ...sampleApi(), status: async () => state },
    subscribe: (listener) => {
      listener({ type: 'broker', event: { type: 'state', status: state } });
      return () => undefined;
    },
  });
  try {
    const { page } = window;
    const list = page.getByRole('grid', { name: 'Accounts' });
    await list.getByRole('row').first().waitFor();
    const listed = await list.getAttribute('aria-rowcount');
    if (listed !== `${count}`) throw new Error(`the list has ${listed} rows, not ${count}`);
    const firstPaint = await firstContentfulPaint(page);
    const visit = { heap: await heapOf(page), firstPaint, rows: await list.getByRole('row').count() };
    if (window.errors.length > 0) throw new Error(`the page failed: ${window.errors.join('; ')}`);
    return visit;
  } finally {
    await window.close();
  }
}

async function firstContentfulPaint(page: Page): Promise<number> {
  const entry = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime`;
  // Playwright's own waiting evaluates text in the page, which the page's policy forbids.
  await until(async () => (await page.evaluate(entry)) !== undefined);
  return Number(await page.evaluate(entry));
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
