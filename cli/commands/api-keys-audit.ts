import { type Command, Option } from 'commander';
import type { AccountView } from '../../core/wire/schemas.ts';
import type { KeyEnd, ListedKeys } from '../api-keys/key-ends.ts';
import type { Cli } from '../cli.ts';
import { describeFailure, usageFailure } from '../failure.ts';
import { formatCsv } from '../output/csv.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { wholeDays } from '../whole-days.ts';
import { accountArgument, allUsers } from './api-keys-list.ts';

interface Format {
  readonly json?: true;
  readonly csv?: true;
}

interface AuditOptions extends Format {
  readonly unused?: number;
  readonly allUsers?: true;
  readonly query?: true;
}

interface Listing {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** As JSON has it. */
  readonly value: unknown;
  /** Where there is no row. */
  readonly none: string;
}

/** One listing in the form that was asked for. */
function show(cli: Cli, { json, csv }: Format, { titles, rows, value, none }: Listing): void {
  if (json) cli.out.write(formatJson(value));
  else if (csv) cli.out.write(formatCsv(titles, rows));
  else if (rows.length === 0) cli.out.write(`${none}\n`);
  else {
    const columns = titles.map((title) => ({ title: title.toUpperCase().replaceAll('_', ' ') }));
    const cells = rows.map((row) => row.map((text) => ({ text })));
    cli.out.write(formatTable(columns, cells, { columns: cli.out.columns }));
  }
}

const kindOf = async (service: string) => {
  const { services } = await import('../../core/services/registry.ts');
  return services.get(service)?.apiKeys;
};

async function audit(cli: Cli, account: string, options: AuditOptions): Promise<void> {
  const broker = await cli.broker();
  const { auditQuery, unusedKeys } = await import('../api-keys/unused-keys.ts');
  if (options.query) {
    const { service, title } = await broker.account(account);
    if ((await kindOf(service)) !== 'quilt') {
      throw usageFailure(`${printable(title)} has no audit trail to query`, 'It is for accounts of Quilt.');
    }
    cli.out.write(auditQuery(options.unused ?? 30, Date.now()));
    return;
  }
  const { unused } = options;
  if (unused === undefined) throw usageFailure('no number of days given', 'Give --unused DAYS, such as --unused 90.');
  const listed = await broker.apiKeys.list(account, { all_users: options.allUsers });
  if (!listed.can.last_use) {
    throw usageFailure(
      'the service does not tell when a key was last used',
      `See how old they are: keytray api-keys list ${account}`,
    );
  }
  const found = unusedKeys(listed.keys, unused, Date.now());
  const titles = ['id', 'name', 'owner', 'status', 'last_used', 'days_unused'];
  const rows = found.map(({ key: { id, name, owner = '', status, last_used_at }, days }) => {
    return [id, name, owner, status, last_used_at ?? 'never', String(days)];
  });
  const value = found.map(({ key, days }) => ({ ...key, days_unused: days }));
  show(cli, options, { titles, rows, value, none: `Every key was used in the last ${unused} days, or is newer.` });
}

async function report(cli: Cli, account: string, options: AuditOptions): Promise<void> {
  const { apiKeys } = await cli.broker();
  const { reportByUser } = await import('../api-keys/key-report.ts');
  const found = reportByUser((await apiKeys.list(account, { all_users: options.allUsers })).keys);
  const titles = ['owner', 'active', 'expired', 'total'];
  const rows = found.map(({ owner, active, expired, total }) => [owner, ...[active, expired, total].map(String)]);
  show(cli, options, { titles, rows, value: found, none: 'No keys.' });
}

/** The keys of every account that can list them; what is wrong with one is said and keeps no other from being shown. */
async function listAll(cli: Cli, accounts: readonly AccountView[]): Promise<readonly ListedKeys[]> {
  const { apiKeys } = await cli.broker();
  const listed: ListedKeys[] = [];
  for (const account of accounts) {
    if ((await kindOf(account.service)) === undefined) continue;
    try {
      listed.push({ account, keys: (await apiKeys.list(account.account)).keys });
    } catch (error) {
      const { exit, what } = describeFailure(error);
      cli.err.write(`keytray: ${printable(account.account)}: ${what}\n`);
      cli.setStatus(exit);
    }
  }
  return listed;
}

type DueOptions = Format & { readonly within: number };

async function due(cli: Cli, id: string | undefined, options: DueOptions): Promise<void> {
  const { within, csv } = options;
  const broker = await cli.broker();
  const accounts = id === undefined ? await broker.accounts() : [await broker.account(id)];
  const { keyEnds } = await import('../api-keys/key-ends.ts');
  const found = keyEnds(await listAll(cli, accounts), accounts, within, Date.now());
  const titles = ['account', 'name', 'id', 'ends', 'days_left'];
  const rows = found.map((end: KeyEnd) => {
    const { account, name = '', id: key = '', expires_at, days_left } = end;
    return [account, name, key, csv ? expires_at : expires_at.slice(0, 10), String(days_left)];
  });
  show(cli, options, { titles, rows, value: found, none: `No key ends within ${within} days.` });
}

const json = ['--json', 'print JSON'] as const;
const csv = ['--csv', 'print comma-separated values'] as const;

export function addApiKeysAudit(apiKeys: Command, cli: Cli): void {
  apiKeys
    .command('due')
    .description('keys that end soon, of every account or of one')
    .argument('[account]')
    .option('--within <days>', 'how soon', wholeDays(0, 3650), 14)
    .option(...json)
    .option(...csv)
    .action((account: string | undefined, options: DueOptions) => due(cli, account, options));
  apiKeys
    .command('audit')
    .description('keys that were not used; one that was never used counts from its creation')
    .argument(...accountArgument)
    .option('--unused <days>', 'for how many days', wholeDays(1, 3650))
    .option(...allUsers)
    .option('--query', "print SQL for Quilt's audit trail instead (default: 30 days)")
    .option(...json)
    .option(...csv)
    .action((account: string, options: AuditOptions) => audit(cli, account, options));
  apiKeys
    .command('report')
    .description('how many keys each person has')
    .argument(...accountArgument)
    .addOption(new Option('--by <what>', 'what to count by').choices(['user']).default('user'))
    .option(...allUsers)
    .option(...json)
    .option(...csv)
    .action((account: string, options: AuditOptions) => report(cli, account, options));
}
