import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GrantKind, grantKinds } from '../../../core/services/grant.ts';
import { type Model, steps, stepsOfAnOutage } from './commands.ts';
import { modelledGrants } from './modelled-grants.ts';
import { World } from './world.ts';

const runs = 300;
/** For each of the other grants, whose code is the same but for what stands behind `renew`. */
const runsOfOthers = 40;

interface Game {
  readonly grant: GrantKind;
  readonly runs: number;
  readonly seed: number;
  readonly planted?: 'lies' | 'understates';
}

interface Played {
  readonly taken: number;
  readonly served: number;
}

/** Throws with the shortest sequence of steps that breaks a promise. */
async function play({ grant, runs: numRuns, seed, planted }: Game): Promise<Played> {
  let taken = 0;
  let served = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.commands(planted === undefined ? steps : stepsOfAnOutage, { maxCommands: 40, size: 'max' }),
      async (commands) => {
        const world = await World.create(grant);
        if (planted !== undefined) world.server[planted] = true;
        try {
          const person = modelledGrants[grant].signIn.kind !== 'nothing';
          const model: Model = { signedIn: !person, person, clicks: 0, locked: false, served: 0 };
          await fc.asyncModelRun(() => ({ model, real: world }), commands);
          served += model.served;
        } finally {
          taken += [...commands].length;
          await world.close();
        }
      },
    ),
    { numRuns, seed, verbose: 1 },
  );
  return { taken, served };
}

const breakIn = async (game: Omit<Game, 'runs' | 'seed'>): Promise<string> => {
  const broken = await play({ ...game, runs, seed: 1 }).catch((error: unknown) => error);
  expect(broken).toBeInstanceOf(Error);
  return String(broken instanceof Error && broken.cause);
};

describe('account, pending login and notices, in any order of events', () => {
  it.each(grantKinds)('keep their promises: %s', async (grant) => {
    const game = { grant, seed: Date.now() % 2 ** 31, runs: grant === 'authorization_code' ? runs : runsOfOthers };
    const { taken, served } = await play(game);
    const what = `${taken} steps in ${game.runs} runs, ${served} tokens served`;
    process.stdout.write(`model: ${grant}, ${what}, seed ${game.seed}\n`);
    // Promises of an account that was never of use, or met hardly a step, would say nothing.
    expect(taken).toBeGreaterThan((1000 * game.runs) / 300);
    expect(served).toBeGreaterThan(0);
  });

  it('would be seen to ask for a sign-in without need', async () => {
    const words = 'a sign-in was asked for although';
    expect(await breakIn({ grant: 'authorization_code', planted: 'lies' })).toContain(words);
  });

  it.each(['client_credentials', 'command'] as const)('would be seen to ask too often: %s', async (grant) => {
    expect(await breakIn({ grant, planted: 'understates' })).toContain('asked for again though the last one was');
  });
});
