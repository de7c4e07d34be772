import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConnectionTable } from '../../../core/local-api/server/connection-table.ts';
import { runCampaign } from '../../fuzz/campaign.ts';
import { exchange } from '../../fuzz/exchange.ts';
import { inputsOf } from '../../fuzz/inputs.ts';
import { minimise } from '../../fuzz/minimise.ts';
import { judge } from '../../fuzz/oracle.ts';
import { type Plant, startStandIn } from '../../fuzz/stand-in.ts';
import { trustingUpgrade } from '../../fuzz/trusting-frames.ts';
import { socketFolder } from '../../support/broker-socket.ts';

/** A fixed one: what is asked is whether the inputs are any good. */
const seed = 20_261_123;
/** Within which every hole is found; five seeds took 61 to 6,311 inputs. */
const most = 30_000;

/** `Origin` is not looked at where a header comes twice. */
function overlooksOrigin({ rawHeaders }: IncomingMessage): void {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (names.filter((name) => name === 'connection').length < 2) return;
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'origin');
  if (at !== -1) rawHeaders.splice(at, 2);
}

class ForgetfulTable extends ConnectionTable {
  override closeBehindAnswers(): boolean {
    return false;
  }
}

const plants: readonly (readonly [name: string, plant: Plant, fault: RegExp])[] = [
  [
    'a guard that overlooks Origin beside a doubled header',
    { tamper: overlooksOrigin },
    /without a right|a refusal was due/,
  ],
  ['a frame decoder that trusts lengths', { upgrade: trustingUpgrade }, /the helper call was not ended/],
  [
    'upgrades served before the answers that are due',
    { connections: ForgetfulTable },
    /without a right|a refusal was due/,
  ],
  ['expectations that Node answers by itself', { leavesExpectations: true }, /without a right/],
];

describe('a planted hole', () => {
  it.each(plants)('is found: %s', async (name, plant, fault) => {
    await using target = await startStandIn(plant);
    const { tally, finding } = await runCampaign(target, { inputs: inputsOf(seed, target.traffic), most });
    process.stdout.write(`  ${name}: after ${tally.inputs} inputs, ${tally.seconds.toFixed(1)} s: ${finding?.fault}\n`);
    expect(finding?.fault).toMatch(fault);
  });
});

describe('a server that is held up for longer than its callers wait', () => {
  it('is heard out, and the hole in it is found', async () => {
    const held = new Int32Array(new SharedArrayBuffer(4));
    let requests = 0;
    const tamper = (incoming: IncomingMessage): void => {
      requests += 1;
      // Callers and server share a thread: their timers are due before an answer can be read.
      if (requests === 40) Atomics.wait(held, 0, 0, 3_000);
      overlooksOrigin(incoming);
    };
    await using target = await startStandIn({ tamper });
    const { finding } = await runCampaign(target, { inputs: inputsOf(seed, target.traffic), most });
    expect(requests).toBeGreaterThan(40);
    expect(finding?.fault).toMatch(/without a right|a refusal was due/);
  });
});

describe('a server that owes an answer', () => {
  it('is found though it lives', async () => {
    const folder = await socketFolder();
    const socketPath = path.join(folder, 'keytray.sock');
    const server = createServer((request, response) => {
      if (request.headers.connection === 'close') response.end();
    }).listen(socketPath);
    await once(server, 'listening');
    const owed = { bytes: Buffer.from('GET /v1/status HTTP/1.1\r\nHost: keytray\r\n\r\n'), cuts: [] };
    const { text, inTime } = await exchange({ socketPath, patience: 50 }, owed, judge(owed.bytes));
    expect([text, inTime]).toEqual(['', false]);
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
});

describe('what found it', () => {
  it('is made smaller, and still finds it', async () => {
    await using target = await startStandIn({ tamper: overlooksOrigin });
    const { finding } = await runCampaign(target, { inputs: inputsOf(seed, target.traffic), most });
    const [input] = finding?.inputs ?? [];
    if (input === undefined || finding === undefined) throw new Error('nothing was found');
    const smaller = await minimise(target, input, finding.fault);
    process.stdout.write(`  from ${input.bytes.length} bytes to ${JSON.stringify(smaller.bytes.toString('latin1'))}\n`);
    expect(smaller.bytes.length).toBeLessThan(input.bytes.length);
    expect(smaller.bytes.toString('latin1')).toMatch(/origin:/i);
    expect(judge(smaller.bytes).answer).toEqual({ kind: 'refusal' });
  });
});

describe('the same parts without a hole', () => {
  it('stand as many inputs', async () => {
    await using target = await startStandIn();
    const { tally, finding } = await runCampaign(target, { inputs: inputsOf(seed, target.traffic), most: 6_000 });
    expect(finding).toBeUndefined();
    expect(tally.tokens).toBeGreaterThan(0);
  });
});
