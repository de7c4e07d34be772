import { describe, expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';

describe('a minute in which everything fails again and again', () => {
  it('ends with everybody signed in, and nobody was asked to', async () => {
    const say = (line: string): boolean => process.stdout.write(`${line}\n`);
    const result = await soak({ seconds: 60, seed: Date.now() % 1_000_000, say });
    say(`soak: seed ${result.seed}`);
    expect(result.violations).toEqual([]);
    // A soak in which nothing happened shows nothing.
    expect(result.handedOut).toBeGreaterThan(100);
    expect(result.refreshes).toBeGreaterThan(20);
    expect(result.kills).toBeGreaterThan(5);
    expect(result.keyringRestarts).toBeGreaterThan(0);
    expect(result.outages).toBeGreaterThan(2);
  });
});
