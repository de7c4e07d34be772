import { type Random, weighted } from './random.ts';
import { day, hour, minute, type Span, second } from './world.ts';

export type FaultKind =
  | 'unreachable'
  | 'timeout'
  | 'unavailable'
  | 'busy'
  | 'portal'
  | 'forbidden'
  /** The server does what it was asked, and its answer gets lost. */
  | 'reply_lost'
  /** `invalid_grant` to the first sight of each token, as from a node that has not heard of it yet. */
  | 'lying'
  | 'slow';

export interface Outage {
  readonly kind: FaultKind;
  /** Undefined: the network itself, so all of them. */
  readonly server: number | undefined;
  readonly from: number;
  until: number;
  /** Seconds; undefined: no such header. */
  readonly retryAfter: number | undefined;
  readonly retryAfterAsDate: boolean;
  /** Replies to lose. */
  left: number;
  readonly liedAbout: Set<string>;
}

const kinds: readonly (readonly [FaultKind, number])[] = [
  ['unreachable', 20],
  ['timeout', 5],
  ['unavailable', 25],
  ['busy', 14],
  ['portal', 8],
  ['forbidden', 5],
  ['reply_lost', 10],
  ['lying', 3],
  ['slow', 10],
];
const ofTheNetwork: readonly FaultKind[] = ['unreachable', 'timeout', 'portal'];

export function planOutages(random: Random, count: number, days: number, servers: number): readonly Outage[] {
  return Array.from({ length: count }, () => {
    const kind = weighted(random, kinds);
    const hours = random.chance(0.7) ? random.between(8, 19) : random.between(7, 23);
    const from = random.below(days) * day + hours * hour;
    const everywhere = ofTheNetwork.includes(kind) && random.chance(0.3);
    const saysWhen = kind === 'busy' ? random.chance(0.8) : kind === 'unavailable' && random.chance(0.3);
    return {
      kind,
      server: everywhere ? undefined : random.below(servers),
      from,
      // Long enough for somebody to meet it.
      until: from + (kind === 'reply_lost' ? 2 * hour : random.spread(20 * second, 45 * minute)),
      retryAfter: saysWhen ? Math.ceil(random.spread(2, 600)) : undefined,
      retryAfterAsDate: random.chance(0.3),
      left: 1 + random.below(3),
      liedAbout: new Set<string>(),
    };
  });
}

/** A machine that has just woken is not online yet. */
export const networkGap = (from: number, length: number): Outage => ({
  kind: 'unreachable',
  server: undefined,
  from,
  until: from + length,
  retryAfter: undefined,
  retryAfterAsDate: false,
  left: 0,
  liedAbout: new Set(),
});

/** Which outages there are now, and which there have been. */
export class Faults {
  readonly #all: Outage[] = [];
  readonly #active = new Set<Outage>();

  begin(outage: Outage): void {
    this.#all.push(outage);
    this.#active.add(outage);
  }

  end(outage: Outage, now: number): void {
    if (this.#active.delete(outage)) outage.until = now;
  }

  at(server: number): Outage | undefined {
    if (this.#active.size === 0) return undefined;
    return [...this.#active].find((outage) => outage.server === undefined || outage.server === server);
  }

  /** The outages that touch a server between two times. */
  spans(server: number, from: number, until: number): readonly Span[] {
    return this.#all.filter(
      (outage) =>
        (outage.server === undefined || outage.server === server) && outage.from < until && outage.until > from,
    );
  }
}
