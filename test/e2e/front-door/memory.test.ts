import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackTarget, gitHost, normalClient, startAttackTarget } from '../../support/attack-target.ts';
import { type Memory, memoryAfterCollection, plantLeak, slopeOf } from '../../support/measured-agent.ts';

/** Rounds that are judged, and those before all, in which what is bounded fills: the last hand-outs, what Node keeps. */
const rounds = 7;
const warmUp = 8;
/** Bytes that the planted leaks keep of each connection: less than a forgotten request with its socket is. */
const planted = { heap: 4 * 1024, native: 16 * 1024 };

let target: AttackTarget;

beforeAll(async () => {
  target = await startAttackTarget();
  for (let round = 0; round < warmUp; round += 1) await oneRound();
});

afterAll(async () => {
  await target.close();
});

const request = (line: string, ...headers: readonly string[]): string =>
  `${[`${line} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`;
const upgrade = request('GET /v1/helpers/git/get', 'Host: keytray', 'Connection: Upgrade', 'Upgrade: keytray-helper/1');
const stdin = `protocol=https\nhost=${gitHost}\n\n`;
const call = ['A\0\0\0\x03get', 'C\0\0\0\x01/', `I\0\0\0${String.fromCharCode(stdin.length)}${stdin}`, 'Z\0\0\0\0'];
const body = ' '.repeat(70_000);

/** Bytes on connections that the agent closes: with a token, refused in every way, and given up. */
const each: readonly string[] = [
  request('POST /v1/accounts/lab/token', 'Host: keytray', 'Connection: close', 'Content-Length: 0'),
  request('GET /v1/status', 'Host: keytray', 'Connection: close'),
  request('GET /v1/status', 'Host: evil'),
  request('GET /v1/status', 'Host: keytray', 'Origin: https://evil.example'),
  request('GET /v1/none', 'Host: keytray', 'Connection: close'),
  request('GET /v1/status', 'Host : keytray'),
  request('POST /v1/accounts/lab/token', 'Host: keytray', `Content-Length: ${body.length}`) + body,
  upgrade + call.join(''),
  upgrade + call.toReversed().join(''),
];
const times = 20;
const connections = each.length * times;

async function oneRound(): Promise<Memory> {
  for (let time = 0; time < times; time += 1) {
    await Promise.all(each.map((bytes) => target.sendUntilClosed(bytes)));
  }
  await normalClient(target);
  return await memoryAfterCollection(target.agent);
}

/** Bytes for each connection, of what is in use and of what is resident. */
async function growth(): Promise<{ readonly live: number; readonly resident: number }> {
  const seen: Memory[] = [];
  for (let round = 0; round < rounds; round += 1) seen.push(await oneRound());
  const slope = (kind: keyof Memory): number => slopeOf(seen.map((memory) => memory[kind])) / connections;
  const [live, resident] = [slope('live'), slope('resident')];
  process.stdout.write(`  for each connection: ${live.toFixed(0)} bytes in use, ${resident.toFixed(0)} resident\n`);
  return { live, resident };
}

describe('the memory of the agent, round after round of the same calls', () => {
  it('stays level', async () => {
    const { live, resident } = await growth();
    expect(live).toBeLessThan(planted.heap / 2);
    expect(resident).toBeLessThan(planted.native / 2);
  });

  it('is seen to grow by a planted leak of JavaScript', async () => {
    plantLeak(target.agent, 'heap', planted.heap);
    expect((await growth()).live).toBeGreaterThan(planted.heap / 2);
  });

  it('is seen to grow by a planted leak that only native code knows of', async () => {
    plantLeak(target.agent, 'native', planted.native);
    expect((await growth()).resident).toBeGreaterThan(planted.native / 2);
  });
});
