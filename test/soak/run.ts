import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

/** `npm run soak -- [--seconds 600] [--seed N]` */
const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 600);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
say(`soak: ${seconds} s, seed ${seed}, ${new Date().toISOString()}`);
const result = await soak({ seconds, seed, say });
for (const violation of result.violations) say(violation);
say(result.violations.length === 0 ? `soak: passed, seed ${seed}` : `soak: FAILED, seed ${seed}`);
process.exit(result.violations.length === 0 ? 0 : 1);
