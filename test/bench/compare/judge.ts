import { median } from '../statistics.ts';
import type { RowKind } from './rows.ts';

/** One figure a run, or why there is none. */
export type Series =
  | { readonly kind: 'measured'; readonly runs: readonly [number, ...number[]] }
  | { readonly kind: 'missing'; readonly reason: string };

export type Verdict =
  | { readonly kind: 'same' | 'better' | 'worse' }
  /** The other revision cannot do it. */
  | { readonly kind: 'new' }
  /** The other revision can do it and this one cannot. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'unmeasured' };

/** By how much a median has to differ. */
const margin = 0.05;

/**
 * Whether `here` differs from `there`: the medians by more than a twentieth of that of `there`, and not one run of
 * either lies within the range of the other.
 */
export function judge(better: RowKind['better'], here: Series, there: Series): Verdict {
  if (here.kind === 'missing') return { kind: there.kind === 'missing' ? 'unmeasured' : 'lost' };
  if (there.kind === 'missing') return { kind: 'new' };
  const above = Math.min(...here.runs) > Math.max(...there.runs);
  const below = Math.max(...here.runs) < Math.min(...there.runs);
  const [ours, theirs] = [median(here.runs), median(there.runs)];
  const rose = above && ours > theirs * (1 + margin);
  const fell = below && ours < theirs * (1 - margin);
  if (!rose && !fell) return { kind: 'same' };
  return { kind: rose === (better === 'higher') ? 'better' : 'worse' };
}

/** Whether a comparison with this verdict fails. */
export function fails({ kind }: Verdict): boolean {
  return kind === 'worse' || kind === 'lost' || kind === 'unmeasured';
}
