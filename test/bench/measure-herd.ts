import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningAuthorizationServer } from '../../demo/authorization-server.ts';
import { program } from './bench-program.ts';
import { budgets } from './budgets.ts';
import { type HerdOutcome, herdOutcome } from './herd-outcome.ts';
import { lab } from './many-accounts.ts';
import type { Row } from './report.ts';
import { startWarmLab } from './warm-lab.ts';

export const size = 1_000;
// Long enough for the whole herd to arrive while the refresh is under way. Milliseconds.
export const slowness = 250;

export interface Herd {
  readonly rows: readonly Row[];
  /** What was wrong besides the counts of the rows. */
  readonly problems: readonly string[];
}

/** A thousand requests at once on an expired token that rotates; using a spent refresh token would end the login. */
export async function measureHerd(): Promise<Herd> {
  let lifetime = 1;
  const herdLab = await startWarmLab(() => lifetime);
  const { server, keytray, peer } = herdLab;
  try {
    await sleep(1_500);
    lifetime = 600;
    server.faults.delay = slowness;
    const ours = await stampede(server, 'keytray', keytray.socket);
    const theirs = await stampede(server, 'oidc-agent', peer.socket);
    const name = 'oidc-agent';
    return {
      rows: [
        {
          what: `${size.toLocaleString('en')} requests on an expired token: token requests`,
          unit: '',
          ours: ours.tokenRequests,
          peer: { name, value: theirs.tokenRequests },
          budget: budgets.herdTokenRequests,
        },
        {
          what: '  failures',
          unit: '',
          ours: ours.failures,
          peer: { name, value: theirs.failures },
          budget: budgets.herdFailures,
        },
        {
          what: `  time (the token endpoint takes ${slowness} ms)`,
          unit: 'ms',
          ours: ours.milliseconds,
          peer: { name, value: theirs.milliseconds },
        },
      ],
      problems: problemsOf(ours),
    };
  } finally {
    await herdLab.close();
  }
}

/** The whole herd at one socket. */
export async function stampede(
  { requests }: RunningAuthorizationServer,
  kind: 'keytray' | 'oidc-agent',
  socket: string,
): Promise<HerdOutcome & { readonly tokenRequests: number }> {
  const before = requests.refresh_token;
  const outcome = herdOutcome.parse(await program('herd', [kind, socket, lab.account, lab.host, `${size}`]));
  return { ...outcome, tokenRequests: requests.refresh_token - before };
}

export function problemsOf({ reasons, differentAnswers }: HerdOutcome): readonly string[] {
  const different = differentAnswers === 1 ? [] : [`the herd got ${differentAnswers} different tokens`];
  return [...reasons.map((reason) => `a request of the herd failed: ${reason}`), ...different];
}
