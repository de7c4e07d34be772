import { parseArgs } from 'node:util';
import { z } from 'zod';
import { controls, type SimulationOptions, serversFor } from './simulation.ts';

export interface SimulateCommand extends SimulationOptions {
  /** Whether the same seed is run without faults as well, to compare the number of requests. */
  readonly baseline: boolean;
}

const number = (least: number) => z.coerce.number().int().min(least);

const schema = z.object({
  seed: number(0),
  days: number(1).default(30),
  accounts: number(1).default(1_000),
  outages: number(0).optional(),
  control: z.enum(controls).optional(),
  'no-baseline': z.boolean().default(false),
});

export const usage = `Usage: npm run simulate -- --seed N [--days 30] [--accounts 1000] [--outages 500] [--no-baseline]
                           [--control ${controls.join('|')}]`;

// 500 in 30 days for the servers of 1,000 accounts.
const outagesPerServerAndDay = 500 / 30 / 20;

/** Throws where the arguments make no sense. */
export function parseOptions(args: readonly string[]): SimulateCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      days: { type: 'string' },
      accounts: { type: 'string' },
      outages: { type: 'string' },
      control: { type: 'string' },
      'no-baseline': { type: 'boolean' },
    },
  });
  const { seed, days, accounts, outages, control, 'no-baseline': alone } = schema.parse(values);
  return {
    seed,
    days,
    accounts,
    outages: outages ?? Math.round(outagesPerServerAndDay * serversFor(accounts) * days),
    faults: true,
    control,
    // What a broken broker sends too much of says nothing.
    baseline: !alone && control === undefined,
  };
}
