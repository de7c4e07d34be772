import { createHash } from 'node:crypto';
import type { Account } from '../accounts/account.ts';
import { refreshRevokesAccess } from '../accounts/learned.ts';
import { isRenewable, renewsAlone } from '../accounts/renewal.ts';
import { plannedLifetime, secondsLeft, tokenAge } from '../accounts/token-age.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { Clock } from '../ports.ts';
import { traitsOf } from '../services/grant.ts';
import { planRefresh, type RefreshFacts, type RefreshPlan } from './policy.ts';

const fractions = new WeakMap<TokenRecord, number>();

/**
 * A fraction in [0, 1) that is always the same for one record: spreads many accounts without moving any of them.
 * Remembered, since every account's plan is made anew twice a minute.
 */
function steadyFraction(account: string, record: TokenRecord): number {
  const known = fractions.get(record);
  if (known !== undefined) return known;
  const text = `${account} ${record.generation}`;
  const fraction = createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
  fractions.set(record, fraction);
  return fraction;
}

/** Seconds within which a refresh keeps the login alive; undefined where none is known to. */
function refreshLifetime({ loginEnd, obtainedAt }: TokenRecord): number | undefined {
  // An end that no refresh puts off would be asked for ever more often on the way there.
  if (loginEnd === undefined || loginEnd.moves === 'no') return undefined;
  return Math.max(0, loginEnd.at - obtainedAt) / 1_000;
}

/** What the plan of an account's next refresh depends on; undefined where it is not signed in. */
function refreshFacts(account: Account, clock: Clock): RefreshFacts | undefined {
  const { state, settings, lastHandOut } = account;
  if (state.kind !== 'signed_in') return undefined;
  const { record, problem } = state;
  const now = clock.monotonic();
  const ahead = traitsOf(record.grant).ahead && settings.refresh === 'ahead' && !refreshRevokesAccess(account);
  return {
    lifetime: plannedLifetime(record),
    secondsLeft: secondsLeft(record, clock),
    sinceHandOut: lastHandOut === undefined ? undefined : clock.uptime() - lastHandOut,
    sinceReply: (tokenAge(record, clock) ?? 0) / 1_000,
    refreshLifetime: refreshLifetime(record),
    renewable: isRenewable(record),
    counted: renewsAlone(record),
    problem,
    mode: ahead ? 'ahead' : 'on_demand',
    now,
    random: steadyFraction(account.id, record),
  };
}

export function planFor(account: Account, clock: Clock): RefreshPlan {
  const facts = refreshFacts(account, clock);
  return facts === undefined ? { kind: 'none' } : planRefresh(facts);
}
