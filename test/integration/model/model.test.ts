import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Model, steps, stepsOfAnOutage } from './commands.ts';
import { World } from './world.ts';

const runs = 300;
const fewest = 1_000;

/** Resolves to the number of steps taken. Throws with the shortest sequence of steps that breaks a promise. */
async function play(seed: number, lies: boolean): Promise<number> {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.commands(lies ? stepsOfAnOutage : steps, { maxCommands: 40, size: 'max' }),
      async (commands) => {
        const world = await World.create();
        world.server.lies = lies;
        try {
          const model: Model = { signedIn: false, clicks: 0, locked: false };
          await fc.asyncModelRun(() => ({ model, real: world }), commands);
        } finally {
          taken += [...commands].length;
          await world.close();
        }
      },
    ),
    { numRuns: runs, seed, verbose: 1 },
  );
  return taken;
}

describe('account, pending login and notices, in any order of events', () => {
  it('keep their promises', async () => {
    const seed = Date.now() % 2 ** 31;
    const taken = await play(seed, false);
    process.stdout.write(`model: ${taken} steps in ${runs} runs, seed ${seed}\n`);
    expect(taken).toBeGreaterThan(fewest);
  });

  it('would be seen to break them', async () => {
    const broken = await play(1, true).catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(Error);
    expect(String(broken instanceof Error && broken.cause)).toContain('a sign-in was asked for although');
  });
});
