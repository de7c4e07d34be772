import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../core/wire/frames.ts';
import { type Crowd, gatherCrowd } from '../../support/attack-crowd.ts';
import { type AttackTarget, normalClient, startAttackTarget } from '../../support/attack-target.ts';
import type { CrowdReport } from './programs/crowd.ts';

let target: AttackTarget;
let crowds: Crowd[];

beforeAll(async () => {
  target = await startAttackTarget();
});

beforeEach(() => {
  crowds = [];
});

afterEach(async () => {
  await Promise.all(crowds.map((crowd) => crowd.leave()));
});

afterAll(() => target.close());

const head = (line: string, ...headers: readonly string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: keytray', ...headers].join('\r\n')}\r\n\r\n`;
const upgrade = head('GET /v1/helpers/git/get', 'Connection: Upgrade', 'Upgrade: keytray-helper/1');
const argument = Buffer.from(encodeFrame('A', 'x'.repeat(1000))).toString('latin1');
const quiet = { opening: '', drip: '' };
/** Of a poll: what is asked is whether the agent gets there, not how soon on a busy machine. */
const patient = { timeout: 100_000 };

async function gather(...[plan]: readonly [Parameters<typeof gatherCrowd>[1]]): Promise<Crowd> {
  const crowd = await gatherCrowd(target.keytray.socket, plan);
  crowds.push(crowd);
  return crowd;
}

/** A normal client, over and over, until `done`; resolves to what its calls took. */
async function workUntil(done: () => Promise<boolean>): Promise<readonly number[]> {
  const took: number[] = [];
  do {
    const start = performance.now();
    await normalClient(target);
    took.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (!(await done()));
  return took.sort((left, right) => left - right);
}

const printed = (took: readonly number[]): string =>
  `${took.length} pairs of calls, median ${took[took.length >> 1]?.toFixed(1)} ms, longest ${took.at(-1)?.toFixed(1)} ms`;

describe('callers that are slow on purpose', () => {
  it('are timed out one and all, and others are served meanwhile', { timeout: 120_000 }, async () => {
    await target.survives('slow callers', async () => {
      const post = 'POST /v1/accounts/lab/token';
      const crowd = await gather({
        silent: { count: 150, ...quiet },
        'half a head': { count: 150, opening: 'POST /v1/accounts/lab/token HTTP/1.1\r\nHost: key', drip: '' },
        'a head by the second': { count: 150, opening: `${post} HTTP/1.1\r\nHost: keytray\r\n`, drip: 'x: y\r\n' },
        'half a body': { count: 100, opening: `${head(post, 'Content-Length: 60000')}{`, drip: '' },
        'a body by the second': { count: 100, opening: head(post, 'Content-Length: 60000'), drip: ' ' },
        'chunks by the second': { count: 100, opening: head(post, 'Transfer-Encoding: chunked'), drip: '1\r\n \r\n' },
        'half a preamble': { count: 50, opening: upgrade + argument, drip: '' },
        'frames by the second': { count: 50, opening: upgrade, drip: argument.slice(0, 5) + argument.slice(5, 30) },
      });
      let last: CrowdReport = {};
      const took = await workUntil(async () => {
        last = await crowd.report();
        return Object.values(last).every(({ open }) => open === 0);
      });
      process.stdout.write(`  beside 850 slow callers: ${printed(took)}\n`);
      expect(Object.values(last).every(({ refused }) => refused === 0)).toBe(true);
    });
  });
});

describe('two thousand idle connections', () => {
  it('from one program are cut to its share, from several to what there is, and others are served', async () => {
    await target.survives('idle connections', async () => {
      const one = await gather({ idle: { count: 2_000, ...quiet } });
      const ofOne = async (): Promise<CrowdReport[string] | undefined> => (await one.report()).idle;
      await expect.poll(async () => (await ofOne())?.open, patient).toBeLessThanOrEqual(1_024);
      const { open: left = 0, late = 0, refused = 0 } = (await ofOne()) ?? {};
      // Some may have been timed out by now.
      expect(left + late).toBeGreaterThanOrEqual(1_024);
      expect(refused).toBeGreaterThan(0);
      await normalClient(target);

      const two = await gather({ idle: { count: 2_000, ...quiet } });
      const three = await gather({ idle: { count: 2_000, ...quiet } });
      let open = 0;
      const took = await workUntil(async () => {
        const reports = await Promise.all([one, two, three].map((crowd) => crowd.report()));
        open = reports.reduce((sum, report) => sum + (report.idle?.open ?? 0), 0);
        return open <= 2_048;
      });
      process.stdout.write(`  beside ${open} idle connections of 6000 tried: ${printed(took)}\n`);
    });
  });
});

describe('callers that never read their', () => {
  it('answers are dropped when they have taken nothing for long', { timeout: 120_000 }, async () => {
    await target.survives('deaf callers', async () => {
      const status = { count: 100, opening: head('GET /v1/status').repeat(30), drip: '\r\n', deaf: true };
      const document = { count: 60, opening: head('GET /v1/openapi.json').repeat(30), drip: '\r\n', deaf: true };
      const crowd = await gather({ status, document });
      let last: CrowdReport = {};
      const took = await workUntil(async () => {
        last = await crowd.report();
        return last.document?.open === 0;
      });
      process.stdout.write(`  beside deaf callers: ${printed(took)}\n`);
    });
  });

  it('events are dropped when too much waits for them', async () => {
    await target.survives('deaf readers of events', async () => {
      const crowd = await gather({ events: { count: 60, opening: head('GET /v1/events'), drip: '\r\n', deaf: true } });
      // Each hand-out is an event: some 300 bytes for each of sixty readers.
      for (let round = 0; round < 50; round += 1) {
        await Promise.all(Array.from({ length: 50 }, () => target.keytray.api.token('lab', {})));
      }
      await expect.poll(async () => (await crowd.report()).events, patient).toMatchObject({ open: 0 });
    });
  });
});

describe('event streams', () => {
  it('of one program are its share of them', async () => {
    await target.survives('event streams', async () => {
      const crowd = await gather({ events: { count: 300, opening: head('GET /v1/events'), drip: '' } });
      const expected = { open: 64, refused: 236, late: 0, ended: 0 };
      await expect.poll(async () => (await crowd.report()).events, patient).toEqual(expected);
    });
  });
});
