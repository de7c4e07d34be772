import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { accountsToStartWith, costOfStart, timeOfOidcAgent } from '../measure-start.ts';
import { inTurns } from './calls.ts';
import { type Ready, type Run, withLabs } from './contenders.ts';
import { type Entrant, race } from './race.ts';
import type { RowId } from './rows.ts';

const counts = [
  { accounts: 10, rows: ['startTen', 'startTenCpu'] },
  { accounts: 1_000, rows: ['startThousand', 'startThousandCpu'] },
] as const satisfies readonly { readonly accounts: number; readonly rows: readonly [RowId, RowId] }[];

/** From the start of the agent until its socket answers, no account signed in. */
export async function measureStarts(run: Run, rounds: number): Promise<void> {
  const rows = counts.flatMap((count) => count.rows);
  await withLabs(
    run,
    rows,
    async ({ product }) => {
      const homes: (readonly [Keytray, (typeof counts)[number]])[] = [];
      for (const count of counts) {
        const keytray = await createKeytray({}, product.program);
        homes.push([keytray, count]);
        await keytray.configure(accountsToStartWith(count.accounts));
      }
      return {
        homes,
        async close() {
          for (const [keytray] of homes) await keytray.close();
        },
      };
    },
    async (ready) => {
      const peer: Entrant = {
        entry: 'peer',
        rows: ['startTen', 'startThousand'],
        async run() {
          // It starts without accounts, so its two figures are one.
          const took = await timeOfOidcAgent();
          return { startTen: took, startThousand: took };
        },
      };
      await race(inTurns([...ready.map(entrantsOf), [peer]]), rounds, run.book);
    },
  );
}

function entrantsOf({
  side,
  product,
  lab,
}: Ready<{ readonly homes: readonly (readonly [Keytray, (typeof counts)[number]])[] }>): readonly Entrant[] {
  return lab.homes.map(([keytray, { rows }]) => ({
    entry: side,
    rows,
    async run() {
      const { wall, cpu } = await costOfStart(keytray, product);
      return { [rows[0]]: wall, [rows[1]]: cpu };
    },
  }));
}
