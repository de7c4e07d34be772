import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisCheckout } from '../product.ts';
import { measureDesktopMemory } from './measure-memory.ts';
import { measurePage } from './measure-page.ts';
import { measureSizes } from './measure-sizes.ts';
import { measureDesktopStart } from './measure-start.ts';
import { figureTable, sizeTable } from './report.ts';
import { buildStandInApp } from './stand-in-build.ts';

export interface DesktopAmounts {
  readonly starts: number;
  readonly visits: number;
  readonly idleSeconds: number;
}

/** The tables of the desktop app, as they are built in `out`. Rejects where a part is missing or answers wrongly. */
export async function measureDesktop({ starts, visits, idleSeconds }: DesktopAmounts): Promise<string> {
  const { sizes, missing, notMade } = measureSizes(thisCheckout);
  if (missing.length > 0) throw new Error(missing.join('; '));
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-desktop-'));
  const inside = async (name: string): Promise<string> => {
    await mkdir(join(folder, name), { mode: 0o700 });
    return join(folder, name);
  };
  try {
    const program = await buildStandInApp(await inside('stand-in'));
    const start = await measureDesktopStart(await inside('start'), program, starts);
    const memory = await measureDesktopMemory(await inside('memory'), program, idleSeconds);
    const page = await measurePage(await inside('page'), visits);
    const absent = notMade.map((what) => `${what}: not made; npm run package makes it`);
    return [figureTable([...start, ...memory, ...page]), '', sizeTable(sizes), ...absent].join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
