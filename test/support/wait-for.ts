import { setTimeout as sleep } from 'node:timers/promises';

/** Looks every 25 ms; rejects after 10 s. */
export async function waitFor(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 400; round += 1) {
    if (await ready()) return;
    await sleep(25);
  }
  throw new Error(`${what} did not come up within 10 s`);
}
