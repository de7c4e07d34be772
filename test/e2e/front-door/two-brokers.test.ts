import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';

/** `npm run test:long` has 200 rounds. */
const fewest = 10;
const most = 200;

interface Started {
  readonly agent: ChildProcess;
  /** What it said first: that it listens, or that another one does. */
  readonly said: string;
}

let keytray: Keytray;
let agents: Set<ChildProcess>;

beforeEach(async () => {
  keytray = await createKeytray();
  agents = new Set();
});

afterEach(async () => {
  for (const agent of agents) agent.kill('SIGKILL');
  await keytray.close();
});

async function start(): Promise<Started> {
  const agent = spawn(program('keytray'), ['agent'], { env: keytray.env, stdio: ['ignore', 'ignore', 'pipe'] });
  agents.add(agent);
  agent.once('exit', () => agents.delete(agent));
  let said = '';
  for await (const text of agent.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes('\n')) break;
  }
  return { agent, said };
}

async function statusOf(agent: ChildProcess): Promise<number | null> {
  if (agent.exitCode === null && agent.signalCode === null) await once(agent, 'exit');
  return agent.exitCode;
}

describe('two agents started at once', () => {
  it('leave exactly one that owns the socket, whichever of them wins', async () => {
    const outcomes = new Map<string, number>();
    let wonBySecond = 0;
    let rounds = 0;
    // A race that always ends the same way is none: it goes on until each of them has won.
    for (; rounds < fewest || ((wonBySecond === 0 || wonBySecond === rounds) && rounds < most); rounds += 1) {
      // Every other round meets the socket that a killed one left behind.
      const started = await Promise.all([start(), start()]);
      const winner = started.find(({ said }) => said.includes('listening on'));
      const other = started.find(({ said }) => said.includes('another broker is running already'));
      if (winner !== undefined && winner === started[1]) wonBySecond += 1;
      const { pid } = await keytray.api.status();
      const outcome = [
        winner === undefined ? 'nobody listens' : winner.agent.pid === pid ? 'one listens' : 'another one answers',
        other === undefined ? 'nobody gave way' : `the other ended with ${await statusOf(other.agent)}`,
      ].join(', ');
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      winner?.agent.kill(rounds % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
      if (winner !== undefined) await statusOf(winner.agent);
    }
    process.stdout.write(`  the second one won ${wonBySecond} of ${rounds} races\n`);
    expect(wonBySecond).toBeGreaterThan(0);
    expect(wonBySecond).toBeLessThan(rounds);
    expect([...outcomes]).toEqual([['one listens, the other ended with 0', rounds]]);
  });
});
