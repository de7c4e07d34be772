import type { Command } from 'commander';
import type { PermissionsView } from '../../core/wire/permission-schemas.ts';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';

const columns = [{ title: 'OBJECT', least: 12 }, { title: 'PERMISSION', least: 10 }, { title: 'ANSWER' }];

/** A table, and below it why: a reason may be a statement to copy, which is never cut. */
function formatPermissions({ rows }: PermissionsView, width: number): string {
  const lines = rows.map(({ object, permission, answer }) => [object, permission, answer].map((text) => ({ text })));
  const reasons = rows.flatMap(({ object, permission, reason }) =>
    reason === undefined ? [] : [`${printable(`${object}, ${permission}: ${reason}`)}\n`],
  );
  return [formatTable(columns, lines, { columns: width, cutOrder: [0, 1] }), ...reasons].join('');
}

export function addPermissions(program: Command, cli: Cli): void {
  program
    .command('permissions')
    .helpGroup('Every day:')
    .description('show what the credential of an account may do at its service')
    .argument('<account>', 'ACCOUNT, or ACCOUNT/DATABASE')
    .argument('[objects...]', 'PROJECT or PROJECT/TYPE/ID of Dataiku')
    .option('--with <account>', 'an account whose keys may read the mappings of Datadog')
    .option('--json', 'print JSON')
    .action(
      async (name: string, objects: readonly string[], options: { readonly with?: string; readonly json?: true }) => {
        const { account, target } = readDatabaseName(name);
        const asked = { objects: target === undefined ? objects : [target, ...objects], with: options.with };
        const view = await (await cli.broker()).permissions(account, asked);
        cli.out.write(options.json ? formatJson(view) : formatPermissions(view, cli.out.columns));
      },
    );
}
