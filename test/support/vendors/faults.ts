import { setTimeout as pause } from 'node:timers/promises';

/** What goes wrong instead of, or before, the ordinary answer. */
export type Fault =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON. */
      readonly body?: unknown;
    }
  /** Answers as usual, but `milliseconds` later. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** Answers as usual once `until` resolves. */
  | { readonly kind: 'held'; readonly until: Promise<unknown> }
  /** Breaks the connection without an answer, before the request is looked at. */
  | { readonly kind: 'reset' }
  /** Looks at the request, then breaks the connection: what was asked for has happened. */
  | { readonly kind: 'lost' }
  /** Never answers. */
  | { readonly kind: 'silent' };

export interface Faults {
  /** The next `times` requests for `path` (exact, or a pattern) meet the fault; those that were added first come first. */
  add(path: string | RegExp, fault: Fault, times?: number): void;
  clear(): void;
}

interface Waiting {
  readonly path: string | RegExp;
  readonly fault: Fault;
  left: number;
}

export interface FaultTable extends Faults {
  /** Takes the fault that a request for this path meets. */
  take(path: string): Fault | undefined;
}

export function createFaults(): FaultTable {
  let waiting: Waiting[] = [];
  return {
    add(path, fault, times = 1) {
      waiting.push({ path, fault, left: times });
    },
    clear() {
      waiting = [];
    },
    take(path) {
      const found = waiting.find((one) => (typeof one.path === 'string' ? one.path === path : one.path.test(path)));
      if (found === undefined) return undefined;
      found.left -= 1;
      waiting = waiting.filter(({ left }) => left > 0);
      return found.fault;
    },
  };
}

/** Resolves when a fault that only delays is over. */
export async function waitOut(fault: Fault | undefined): Promise<void> {
  if (fault?.kind === 'slow') await pause(fault.milliseconds, undefined, { ref: false });
  if (fault?.kind === 'held') await fault.until;
}
