import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../core/platform/system-clock.ts';
import { grantKinds } from '../../core/services/grant.ts';
import { parseOptions } from './options.ts';
import { reportOf } from './report.ts';
import { type Control, type Outcome, type SimulationOptions, simulate } from './simulation.ts';
import { strayTime } from './stray-time.ts';

/** A few days of a few accounts, with as many faults for each server as in the full form. */
const short = (seed: number): SimulationOptions =>
  parseOptions(['--seed', String(seed), '--days', '4', '--accounts', '100']);

/** More faults than that, so that a broker without a precaution is sure to need it. */
const harsh: SimulationOptions = parseOptions(['--seed', '2', '--days', '5', '--accounts', '100', '--outages', '100']);

const found = ({ violations }: Outcome): Record<string, number> =>
  Object.fromEntries(
    Object.entries(violations)
      .filter(([, { count }]) => count > 0)
      .map(([invariant, { count }]) => [invariant, count]),
  );

describe('a simulated broker', () => {
  it.each([1, 2, 3])('loses no login that could be kept: seed %i', async (seed) => {
    const options = short(seed);
    const outcome = await simulate(options);
    const report = reportOf(options, outcome, await simulate({ ...options, faults: false }));
    expect(report.lines.join('\n')).toContain(`simulation: ok seed=${seed}`);
    expect(report.passed).toBe(true);
    const { counts } = outcome;
    expect(counts['calls answered with a token']).toBeGreaterThan(1_000);
    expect(counts['calls told to wait or to try later']).toBeGreaterThan(0);
    expect(counts.restarts).toBeGreaterThan(0);
    expect(counts.sleeps).toBeGreaterThan(0);
    // Zeros of a grant that nobody has used would say nothing.
    for (const grant of grantKinds) expect(counts[`served: ${grant}`], grant).toBeGreaterThan(100);
  });

  it('holds out against many more faults', async () => {
    expect(found(await simulate(harsh))).toEqual({});
  });

  it('does the same again for the same seed, however much time it is given to come to rest', async () => {
    const options = { ...short(4), days: 2 };
    expect(await simulate({ ...options, turns: 3 })).toEqual(await simulate(options));
  });

  it('starts nothing that ends in real time, which the simulated world would not wait for', async () => {
    expect(await strayTime(() => simulate({ ...harsh, days: 1 }))).toEqual([]);
  });
});

describe('the checks', () => {
  const outcomeOf = async (control: Control): Promise<Record<string, number>> =>
    found(await simulate({ ...harsh, control }));

  it('find a broker that takes 503 for the end of a login', async () => {
    expect(await outcomeOf('503-is-fatal')).toMatchObject({
      'avoidable login': expect.any(Number),
      'false notice': expect.any(Number),
    });
  });

  it('find two brokers on one keychain', async () => {
    expect(await outcomeOf('two-brokers')).toMatchObject({
      'avoidable login': expect.any(Number),
      'two refreshes of an account at a time': expect.any(Number),
      'mixed generations': expect.any(Number),
    });
  });

  it('find a limit in real time', async () => {
    const limited = async (): Promise<void> => new SystemClock().after(1, () => undefined).cancel();
    expect(await strayTime(limited)).toEqual([expect.stringMatching(/^Timeout .*system-clock/)]);
  });

  it('find a broker that knows the wall clock only', async () => {
    // Proofs dated by such a clock are refused as well.
    expect(await outcomeOf('wall-clock-only')).toMatchObject({ 'expired token handed out': expect.any(Number) });
  });

  it('fail the run, as does a request too many', async () => {
    const options = short(1);
    const outcome = await simulate({ ...options, days: 1 });
    const fewer = { ...outcome, counts: { ...outcome.counts, 'token requests': 1 } };
    expect(reportOf(options, outcome, outcome).passed).toBe(true);
    expect(reportOf(options, outcome, fewer).passed).toBe(false);
    const wrong = { ...outcome.violations, 'false notice': { count: 1, samples: [] } };
    expect(reportOf(options, { ...outcome, violations: wrong }, outcome).passed).toBe(false);
  });
});
