import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Finding, Tally } from './campaign.ts';

const share = (part: number, whole: number): string => `${Math.round((part / Math.max(1, whole)) * 100)}%`;

export function tallyLine(tally: Tally): string {
  const { inputs, mutated, unentitled, refused, answered, tokens, statuses, seconds } = tally;
  const counts = [...statuses].sort().map(([status, count]) => `${status} ${count}`);
  return [
    `${inputs} inputs in ${seconds.toFixed(1)} s (${Math.round(inputs / Math.max(seconds, 0.001))}/s)`,
    `${share(mutated, inputs)} mutated`,
    `${share(unentitled, inputs)} without a right to a token`,
    `${share(refused, inputs)} well-formed and to be refused`,
    `${share(answered, inputs)} answered (${counts.join(', ')})`,
    `${tokens} tokens given to who may have them`,
  ].join('; ');
}

/** Writes what is needed to send it again; resolves to the lines that say so. */
export async function saveFinding(seed: number, finding: Finding): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-fuzz-'));
  const file = path.join(folder, 'finding.json');
  const inputs = finding.inputs.map(({ index, bytes, cuts }) => ({ index, cuts, hex: bytes.toString('hex') }));
  await writeFile(file, JSON.stringify({ seed, fault: finding.fault, inputs }), { mode: 0o600 });
  const [first] = finding.inputs;
  const last = finding.inputs.at(-1);
  return [
    `fault: ${finding.fault}`,
    `seed ${seed}, input ${first?.index}${last === first ? '' : ` to ${last?.index}`}; all of it in ${file}`,
    ...(last === first && first !== undefined ? [`hex ${first.bytes.toString('hex').slice(0, 4000)}`] : []),
  ];
}
