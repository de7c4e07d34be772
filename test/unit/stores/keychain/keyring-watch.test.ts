import { describe, expect, it } from 'vitest';
import { KeyringWatch, nextLook } from '../../../../core/stores/keychain/keyring-watch.ts';
import type { StoreState } from '../../../../core/stores/secret-store.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function watched(): { readonly watch: KeyringWatch; readonly clock: ManualClock; looks(): number } {
  const clock = new ManualClock();
  let looks = 0;
  const watch = new KeyringWatch({
    clock,
    look: async () => {
      looks += 1;
    },
  });
  return { watch, clock, looks: () => looks };
}

describe('keyring watch', () => {
  it('takes the signals of one lock for one', () => {
    const { watch, clock, looks } = watched();
    watch.heard();
    clock.advance(10);
    watch.heard();
    clock.advance(1_000);
    expect(looks()).toBe(1);
    watch.heard();
    clock.advance(1_000);
    expect(looks()).toBe(2);
  });

  it('looks at the earliest moment it was asked for, once', () => {
    const { watch, clock, looks } = watched();
    watch.within(30_000);
    watch.within(5_000);
    watch.within(60_000);
    clock.advance(5_000);
    expect(looks()).toBe(1);
    clock.advance(100_000);
    expect(looks()).toBe(1);
  });

  it('does not look when nothing is to be expected, or when it is closed', () => {
    const { watch, clock, looks } = watched();
    watch.within(undefined);
    watch.within(5_000);
    watch.close();
    watch.heard();
    clock.advance(100_000);
    expect(looks()).toBe(0);
  });

  it.each<[StoreState, boolean, number | undefined]>([
    ['unlocked', false, undefined],
    ['unknown', false, undefined],
    ['corrupt', false, undefined],
    ['unlocked', true, 5_000],
    ['unknown', true, 5_000],
    ['corrupt', true, 5_000],
    ['locked', false, 5_000],
    ['stuck', false, 5_000],
    ['locked', true, 5_000],
    ['absent', false, 30_000],
    ['denied', false, 30_000],
    ['absent', true, 5_000],
  ])('%s, changes waiting: %s → %s ms', (state, waiting, expected) => {
    expect(nextLook(state, waiting)).toBe(expected);
  });
});
