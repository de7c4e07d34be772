import { pause, within } from '../core/concurrency/pause.ts';
import { KeytrayError } from '../core/errors.ts';
import type { BrokerHost } from '../core/host/broker-host.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import type { Clock } from '../core/ports.ts';

export type TakeOver =
  | 'listening'
  /** Another desktop app of the same person, with other folders of its own. */
  | 'other_desktop'
  /** Whoever listens neither ends nor says why. */
  | 'refused'
  /** The app is to end. */
  | 'left';

// An agent that spends a refresh token waits for its reply, which may take 30 s, then drains.
const patience = 40_000;
const step = 100;
// One that was started meanwhile, by a command that found nobody, is asked as well.
const askEvery = 1_000;
// A process that is stopped accepts connections and answers nothing.
const longestAnswer = 5_000;

/** Becomes the person's one broker. An agent that runs already is asked to hand over, and ends when its work is done. */
export async function takeOver(
  host: Pick<BrokerHost, 'listen'>,
  agent: Pick<LocalApiClient, 'status' | 'handover'>,
  clock: Clock,
  leaving: AbortSignal,
): Promise<TakeOver> {
  const end = clock.monotonic() + patience;
  let asked = Number.NEGATIVE_INFINITY;
  try {
    while (clock.monotonic() < end) {
      if ((await host.listen()) === 'listening') return 'listening';
      if (clock.monotonic() - asked >= askEvery) {
        asked = clock.monotonic();
        if ((await within(clock, longestAnswer, leaving, ask(agent))) === 'desktop') return 'other_desktop';
      }
      await pause(clock, step, leaving);
    }
  } catch (error) {
    if (leaving.aborted) return 'left';
    throw error;
  }
  return 'refused';
}

async function ask(agent: Pick<LocalApiClient, 'status' | 'handover'>): Promise<'asked' | 'desktop'> {
  try {
    const { kind } = await agent.status();
    if (kind === 'desktop') return 'desktop';
    await agent.handover();
  } catch (error) {
    // It is ending already, or has just ended.
    if (!(error instanceof KeytrayError)) throw error;
  }
  return 'asked';
}
