import { median } from './statistics.ts';

/** One way to do the same thing; `run` resolves to what one run cost. */
export interface Contestant {
  readonly name: string;
  run(): Promise<number>;
}

/** Who runs when: every second round backwards, so that nobody always follows the same neighbour. */
export function orderOf<Item>(items: readonly Item[], round: number): readonly Item[] {
  return round % 2 === 0 ? items : items.toReversed();
}

/** Runs everybody once per round, after one round that does not count. Resolves to the median of each, by name. */
export async function medians(contestants: readonly Contestant[], rounds: number): Promise<(name: string) => number> {
  const values = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, run } of orderOf(contestants, round + 1)) {
      const value = await run();
      if (round >= 0) values.get(name)?.push(value);
    }
  }
  return (name) => median(values.get(name) ?? []);
}
