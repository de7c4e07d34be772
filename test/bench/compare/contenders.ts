import type { Product } from '../product.ts';
import type { Book, Side } from './figures.ts';
import type { RowId } from './rows.ts';

/** One of the two builds. */
export interface Contender {
  readonly side: Side;
  readonly product: Product;
}

export type Ready<Lab> = Contender & { readonly lab: Lab };

/** Everything a part of the run needs. */
export interface Run {
  /** Who goes first in this run comes first. */
  readonly contenders: readonly Contender[];
  readonly book: Book;
  /** An empty folder of this name. */
  folder(name: string): Promise<string>;
}

interface Closable {
  close(): Promise<void>;
}

/** Opens a lab for each side, does the work with those that could be opened, and closes them. */
export async function withLabs<Lab extends Closable>(
  { contenders, book }: Run,
  rows: readonly RowId[],
  open: (contender: Contender) => Promise<Lab>,
  work: (ready: readonly Ready<Lab>[]) => Promise<void>,
): Promise<void> {
  const ready: Ready<Lab>[] = [];
  try {
    for (const contender of contenders) {
      try {
        ready.push({ ...contender, lab: await open(contender) });
      } catch (error) {
        book.miss(contender.side, rows, error);
      }
    }
    await work(ready);
  } finally {
    for (const { lab } of ready.toReversed()) await lab.close();
  }
}
