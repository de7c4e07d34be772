import { type SimulatedAccount, untilKeyEnds } from './accounts.ts';
import { type AuthorizationFleet, graceOf, type Issue } from './authorization-fleet.ts';
import type { Span, World } from './world.ts';

export interface LossVerdict {
  readonly kind: 'avoidable' | 'unavoidable';
  readonly why: string;
}

export interface LossFacts {
  readonly fleet: AuthorizationFleet;
  /** The refresh token that was durable when the broker gave up. */
  readonly stored: string;
  readonly now: number;
  /** The longest time without any trouble between two times: machine awake, broker up, server well. Milliseconds. */
  readonly quietTime: (server: number, from: number, until: number) => number;
}

// Long enough for anybody to try again.
const enoughToRetry = 5_000;

/**
 * Whether a login had to be lost. A strict server that rotated a token and whose answer never reached the store
 * leaves nobody a choice; everything else does.
 */
export function judgeLoss({ fleet, stored, now, quietTime }: LossFacts): LossVerdict {
  const found = fleet.find(stored);
  if (found === undefined) return { kind: 'avoidable', why: 'the store held a token nobody issued' };
  if (fleet.accepts(stored, now)) return { kind: 'avoidable', why: 'the server would still accept the stored token' };
  const { server, death, issues } = found.family;
  if (death === undefined) return { kind: 'avoidable', why: 'nobody tried the stored token' };
  if (death.why === 'disuse') return { kind: 'avoidable', why: 'the refresh token died of disuse' };
  const successors = issues.filter((issue) => issue.paidWith === death.by);
  if (successors.some((issue) => issue.stored)) {
    return { kind: 'avoidable', why: 'a spent token was sent, though its successor was stored' };
  }
  const cause = successors.map((issue: Issue) => issue.lost).find((lost) => lost !== undefined);
  if (cause === undefined) return { kind: 'avoidable', why: 'one token was sent twice at a time' };
  if (cause === 'process ended in good order') return { kind: 'avoidable', why: cause };
  const spent = death.by.usedAt ?? now;
  if (server.rotation === 'grace' && quietTime(server.index, spent, spent + graceOf(server)) >= enoughToRetry) {
    return { kind: 'avoidable', why: `grace period missed (${cause})` };
  }
  return { kind: 'unavoidable', why: `${cause}, ${server.rotation} server` };
}

/** Until a key ends no other is needed. */
export function judgeKey(account: SimulatedAccount, world: World): LossVerdict {
  if (untilKeyEnds(account, world) <= 0) return { kind: 'unavoidable', why: 'the key has ended' };
  return { kind: 'avoidable', why: 'the key is still good' };
}

/** The longest time between two times that no span of trouble touches. Milliseconds. */
export function longestQuiet(troubles: readonly Span[], from: number, until: number): number {
  let quietSince = from;
  let longest = 0;
  for (const trouble of [...troubles].sort((one, other) => one.from - other.from)) {
    const end = trouble.until ?? until;
    if (end <= from || trouble.from >= until) continue;
    longest = Math.max(longest, trouble.from - quietSince);
    quietSince = Math.max(quietSince, end);
  }
  return Math.max(longest, until - quietSince);
}
