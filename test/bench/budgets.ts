/** What Keytray promises. docs/benchmarks.md lists the same; a test compares the two. */
export type Budget =
  /** Times what the peer of the same row took, in the same run. */
  | { readonly kind: 'at_most_times_peer'; readonly factor: number }
  | { readonly kind: 'at_least_times_peer'; readonly factor: number }
  | { readonly kind: 'at_most'; readonly value: number; readonly unit: string }
  | { readonly kind: 'at_least'; readonly value: number; readonly unit: string }
  /** A count that is right or wrong; wrong fails the bench. */
  | { readonly kind: 'exactly'; readonly value: number };

export const budgets = {
  helper: { kind: 'at_most_times_peer', factor: 1.1 },
  gitFill: { kind: 'at_most_times_peer', factor: 1.1 },
  herdTokenRequests: { kind: 'exactly', value: 1 },
  herdFailures: { kind: 'exactly', value: 0 },
  requestRate: { kind: 'at_least', value: 5_000, unit: '/s' },
  requestTail: { kind: 'at_most', value: 20, unit: 'ms' },
  startWithTen: { kind: 'at_most', value: 400, unit: 'ms' },
  startWithThousand: { kind: 'at_most', value: 700, unit: 'ms' },
  proxyRate: { kind: 'at_least_times_peer', factor: 0.5 },
  proxyBulk: { kind: 'at_least_times_peer', factor: 0.7 },
  postgresRate: { kind: 'at_least_times_peer', factor: 0.5 },
  postgresRateOfMany: { kind: 'at_least_times_peer', factor: 0.5 },
  postgresBulk: { kind: 'at_least_times_peer', factor: 0.7 },
  memory: { kind: 'at_most', value: 90, unit: 'MB' },
  trayMemory: { kind: 'at_most', value: 2, unit: 'MB' },
} as const satisfies Readonly<Record<string, Budget>>;

export function budgetText(budget: Budget): string {
  switch (budget.kind) {
    case 'at_most_times_peer':
      return `≤ ${budget.factor} × peer`;
    case 'at_least_times_peer':
      return `≥ ${budget.factor} × peer`;
    case 'at_most':
      return `≤ ${budget.value} ${budget.unit}`;
    case 'at_least':
      return `≥ ${budget.value} ${budget.unit}`;
    case 'exactly':
      return `exactly ${budget.value}`;
  }
}

export function isWithin(budget: Budget, ours: number, peer: number | undefined): boolean {
  switch (budget.kind) {
    case 'at_most_times_peer':
      return peer !== undefined && ours <= budget.factor * peer;
    case 'at_least_times_peer':
      return peer !== undefined && ours >= budget.factor * peer;
    case 'at_most':
      return ours <= budget.value;
    case 'at_least':
      return ours >= budget.value;
    case 'exactly':
      return ours === budget.value;
  }
}
