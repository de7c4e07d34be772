import type { TokenRequest } from '../../core/wire/schemas.ts';
import type { SimulatedAccount } from './accounts.ts';
import { type Random, randomStream } from './random.ts';
import { day, hour, minute, second, type World } from './world.ts';

/** How an account is used: most on many days, some now and then, a few not at all. */
interface Habit {
  readonly random: Random;
  /** Sessions on a working day. */
  readonly sessions: number;
}

function habitOf(account: SimulatedAccount, seed: number): Habit {
  const random = randomStream(seed, `demand ${account.id}`);
  const kind = random.next();
  return { random, sessions: kind < 0.05 ? 0 : kind < 0.25 ? 0.2 : random.between(0.5, 1.5) };
}

function request(random: Random, { grant, lifetime }: SimulatedAccount): TokenRequest {
  const kind = random.next();
  if (kind < 0.005) return { force: true };
  // Who insists on more than a key has left asks for another key.
  if (kind < 0.05 && grant !== 'api_key')
    return { min_ttl: Math.round(random.between(0.1, 0.9) * (lifetime / second)) };
  return {};
}

/** One session: calls in loose order, some of them many at a time, as tools do that fetch in parallel. */
function plan(random: Random, begin: number, lifetime: number, world: World, ask: () => void): void {
  const length = random.spread(minute, 90 * minute);
  // Often enough to meet a token at every age.
  const pause = Math.min(length / 12, lifetime / 3);
  for (let time = begin; time < begin + length; time += random.exponential(pause)) {
    const callers = random.chance(0.2) ? 2 + random.below(9) : 1;
    for (let caller = 0; caller < callers; caller++) world.at(time + random.between(0, 300), ask);
  }
}

/** Tools that ask for tokens in work hours. Nobody's answer moves anybody's next call: one seed, one demand. */
export function planDemand(
  accounts: readonly SimulatedAccount[],
  seed: number,
  days: number,
  world: World,
  ask: (account: SimulatedAccount, request: TokenRequest) => void,
): void {
  const habits = accounts.map((account) => ({ account, habit: habitOf(account, seed) }));
  const planDay = (number: number): void => {
    const begin = number * day;
    const weekend = number % 7 >= 5;
    for (const { account, habit } of habits) {
      const { random, sessions } = habit;
      const mean = weekend ? sessions / 10 : sessions;
      if (mean === 0) continue;
      for (let left = random.exponential(1); left < mean; left += random.exponential(1)) {
        plan(random, begin + random.between(8 * hour, 18 * hour), account.lifetime, world, () =>
          ask(account, request(random, account)),
        );
      }
    }
    if (number + 1 < days) world.at(begin + day, () => planDay(number + 1));
  };
  planDay(0);
}
