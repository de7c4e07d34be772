import { KeytrayError } from '../core/errors.ts';
import { account, type Row, table, told } from './failure-rows.ts';
import { failureSites } from './failure-sites.ts';

const unique = (rows: readonly Row[]): readonly Row[] => [...new Map(rows.map((row) => [row.join('|'), row])).values()];

/** What one place alone can say. */
export function ownWords(): string {
  const rows = failureSites().flatMap((site): Row[] => {
    if (site.kind !== 'failure') return [];
    const { code, message, fix, advice } = site;
    const details = { ...(site.account && { account }), ...(fix && { fix }), ...(advice !== undefined && { advice }) };
    return [[`\`${site.file}\``, ...told(new KeytrayError(code, message, details))]];
  });
  return table(['said in', 'code, exit status', 'what happened', 'what to do'], unique(rows));
}

/** What the command line says by itself. */
export function commandLineWords(): string {
  const rows = failureSites().flatMap((site): Row[] =>
    site.kind === 'command' ? [[`\`${site.file}\``, String(site.exit), site.message, site.hint]] : [],
  );
  return table(['said in', 'exit status', 'what happened', 'what to do'], unique(rows));
}
