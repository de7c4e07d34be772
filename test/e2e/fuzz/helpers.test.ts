import { randomInt } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Helper } from '../../../core/helpers/helper.ts';
import { findingText, runHelperCampaign, tallyText } from '../../fuzz/helper-campaign.ts';
import type { FuzzedProtocol } from '../../fuzz/helper-protocol.ts';
import { fuzzedProtocols } from '../../fuzz/helper-table.ts';
import { startWatchdog, type Watchdog } from '../../fuzz/helper-watchdog.ts';
import { repository } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';

/** For each protocol, on any machine; `npm run fuzz` makes 50,000. */
const most = 400;
/** What sends nothing finds nothing. */
const fewest = 100;

let watchdog: Watchdog;

beforeAll(async () => {
  watchdog = await startWatchdog();
});

afterAll(() => watchdog.close());

const named = fuzzedProtocols.map((protocol) => [protocol.helper.protocol, protocol] as const);

describe('calls of all kinds to the helpers', () => {
  it.each(named)('%s: nothing breaks, and no token goes to a host that is not listed', async (_, protocol) => {
    const seed = randomInt(2 ** 31);
    process.stdout.write(`  fuzz seed ${seed}\n`);
    const { tally, finding } = await runHelperCampaign(protocol, { seed, most, watchdog });
    process.stdout.write(`  ${tallyText(tally)}\n`);
    expect(finding === undefined ? [] : [findingText(finding)]).toEqual([]);
    expect(tally.inputs).toBeGreaterThan(fewest);
    expect(tally.mutated / tally.inputs).toBeGreaterThan(0.3);
    expect(tally.tokens / tally.inputs).toBeGreaterThan(0.01);
    expect(tally.tokens / tally.inputs).toBeLessThan(0.9);
  });
});

/** A fixed one: what is asked is whether the inputs are any good. */
const seed = 20_261_123;
/** Within which every plant is found. */
const enough = 5_000;

/** The same helper behind a reader that takes what comes before it for the truth. */
function tampered({ helper, ...rest }: FuzzedProtocol, change: (text: string) => string): FuzzedProtocol {
  const faulty: Helper = {
    ...helper,
    async serve(call, broker) {
      const parts: Uint8Array[] = [];
      for await (const chunk of call.stdin) parts.push(chunk);
      const stdin = Buffer.from(change(Buffer.concat(parts).toString()));
      const env = Object.fromEntries(Object.entries(call.env).map(([name, value]) => [name, change(value)]));
      return await helper.serve({ ...call, stdin: once(stdin), argv: call.argv.map(change), env }, broker);
    },
  };
  return { ...rest, helper: faulty };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const plants: readonly (readonly [name: string, change: (text: string) => string])[] = [
  ['overlooks what follows an @', (text) => text.replace(/(helper\.example(?::443)?)@[^\s"/:,]*/g, '$1')],
  [
    'takes a host for its own that only begins like it',
    (text) => text.replace(/(helper\.example)\.evil\.example/g, '$1'),
  ],
  ['does not see a port', (text) => text.replace(/(helper\.example):8443/g, '$1')],
];

describe.each(plants)('a reader that %s', (_, change) => {
  // A protocol without hosts has no such reader.
  it.each(named.filter(([, protocol]) => !protocol.hostless))('is found: %s', async (_name, protocol) => {
    const { tally, finding } = await runHelperCampaign(tampered(protocol, change), { seed, most: enough });
    process.stdout.write(`  after ${tally.inputs} inputs: ${finding?.fault}\n`);
    expect(finding?.fault).toMatch(/goes to/);
  });
});

describe('a helper that', () => {
  const [protocol] = fuzzedProtocols;
  const like = (serve: Helper['serve']): FuzzedProtocol => {
    if (protocol === undefined) throw new Error('no protocol');
    return { ...protocol, helper: { ...protocol.helper, serve } };
  };

  it.each<[string, Helper['serve'], RegExp]>([
    ['throws', async () => Promise.reject(new Error('as planted')), /throws/],
    [
      'repeats the token to people',
      async (call, broker) => {
        const { token } = await broker.handOut('lab', { host: 'helper.example' });
        call.stderr(`refused ${token.reveal()}`);
        return 1;
      },
      /standard error/,
    ],
    ['never answers', () => new Promise(() => {}), /hangs/],
    [
      'says too much',
      async (call) => {
        call.stderr('one');
        call.stderr('two');
        return 1;
      },
      /2 lines/,
    ],
  ])('%s is found', async (_, serve, fault) => {
    const { finding } = await runHelperCampaign(like(serve), { seed, most: enough, deadline: 1_000 });
    expect(finding?.fault).toMatch(fault);
  });

  it('never lets go of the processor is ended, and its input named', async () => {
    const watchdog = path.join(repository, 'test/fuzz/helper-watchdog.ts');
    const script = `import { startWatchdog } from ${JSON.stringify(watchdog)};
      (await startWatchdog(300)).alive('git', 7);
      for (;;);`;
    const ended = runToEnd(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      env: { PATH: process.env.PATH },
      cwd: repository,
    });
    await expect(ended).rejects.toThrow(/SIGKILL: (.|\n)*git: input 7 never ends/);
  });
});
