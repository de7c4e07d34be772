import { orderOf } from '../rounds.ts';
import { median } from '../statistics.ts';
import type { Book, Entry, Figures } from './figures.ts';
import type { RowId } from './rows.ts';

/** Something that is run once a round. */
export interface Entrant {
  readonly entry: Entry;
  /** What `run` resolves to. */
  readonly rows: readonly RowId[];
  run(): Promise<Figures>;
}

/**
 * Runs all once per round, every second round backwards, after one round that does not count; notes the medians. A
 * side that fails leaves the race and its rows are noted as missing; the others go on. A peer has to work.
 */
export async function race(entrants: readonly Entrant[], rounds: number, book: Book): Promise<void> {
  const values = new Map<Entrant, Figures[]>(entrants.map((entrant) => [entrant, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const entrant of orderOf(entrants, round + 1)) {
      const soFar = values.get(entrant);
      if (soFar === undefined) continue;
      try {
        const figures = await entrant.run();
        if (round >= 0) soFar.push(figures);
      } catch (error) {
        if (entrant.entry === 'peer') throw error;
        values.delete(entrant);
        book.miss(entrant.entry, entrant.rows, error);
      }
    }
  }
  for (const [{ entry, rows }, all] of values) {
    for (const row of rows) {
      const measured = all.flatMap((figures) => figures[row] ?? []);
      book.note(entry, row, median(measured));
    }
  }
}
