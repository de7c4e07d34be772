import { invariants, tallies } from './checks.ts';
import type { Outcome, SimulationOptions } from './simulation.ts';

/** Token requests may grow by this much when things go wrong. */
export const mostRequests = 1.05;

export interface Report {
  readonly lines: readonly string[];
  readonly passed: boolean;
}

const row = (count: number, what: string): string => `${count.toLocaleString('en').padStart(10)}  ${what}`;

/** Token requests of the run, as a multiple of those of the same seed without faults. */
export const requestRatio = (outcome: Outcome, calm: Outcome): number =>
  outcome.counts['token requests'] / calm.counts['token requests'];

function requestLine(outcome: Outcome, calm: Outcome): string {
  const [requests, planned] = [outcome.counts['token requests'], calm.counts['token requests']];
  const ratio = requestRatio(outcome, calm);
  const verdict = ratio <= mostRequests ? 'at most' : 'MORE THAN';
  return `token requests: ${requests} / ${planned} without faults = ${ratio.toFixed(3)} (${verdict} ${mostRequests})`;
}

function violationLines({ violations }: Outcome): readonly string[] {
  return invariants.flatMap((invariant) => {
    const { count, samples } = violations[invariant];
    return [row(count, invariant), ...samples.map((sample) => `              ${sample}`)];
  });
}

const broken = ({ violations }: Outcome): boolean => invariants.some((invariant) => violations[invariant].count > 0);

/** What a run has shown. `calm`: the same seed without faults. */
export function reportOf(options: SimulationOptions, outcome: Outcome, calm: Outcome | undefined): Report {
  const { seed, days, accounts, control } = options;
  const tooMany = calm !== undefined && requestRatio(outcome, calm) > mostRequests;
  const passed = !broken(outcome) && !tooMany && (calm === undefined || !broken(calm));
  const lines = [
    `seed ${seed}, ${days} days, ${accounts} accounts${control === undefined ? '' : `, control: ${control}`}`,
    '',
    'what happened',
    ...tallies.map((tally) => row(outcome.counts[tally], tally)),
    ...outcome.losses.map(([why, count]) => `              ${why}: ${count}`),
    '',
    'what must not happen',
    ...violationLines(outcome),
    ...(calm !== undefined && broken(calm) ? ['', 'the same without faults', ...violationLines(calm)] : []),
    ...(calm === undefined ? [] : ['', requestLine(outcome, calm)]),
    '',
    `simulation: ${passed ? 'ok' : 'FAILED'} seed=${seed}`,
  ];
  return { lines, passed };
}
