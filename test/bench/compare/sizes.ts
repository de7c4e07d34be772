import { measureSizes } from '../desktop/measure-sizes.ts';
import type { Run } from './contenders.ts';
import type { RowId } from './rows.ts';

/** By the names of `desktop/parts.ts`. */
const rows = {
  'main process': 'mainSize',
  'pages, JavaScript': 'pagesSize',
  'command line': 'cliSize',
  agent: 'agentSize',
  'client, native': 'nativeSize',
} as const satisfies Readonly<Record<string, RowId>>;

/** Of what is built, without source maps, not compressed. */
export function noteSizes({ contenders, book }: Run): void {
  for (const { side, product } of contenders) {
    const { sizes } = measureSizes(product);
    for (const [part, row] of Object.entries(rows)) {
      const size = sizes.find(({ what }) => what === part);
      if (size === undefined) book.miss(side, [row], 'not built');
      else book.note(side, row, size.raw / 1e3);
    }
  }
}
