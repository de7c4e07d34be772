import { type Command, Option } from 'commander';
import type { ApiKeyView } from '../../core/wire/api-key-schemas.ts';
import type { Cli } from '../cli.ts';
import { formatFields } from '../output/field-list.ts';
import { formatJson } from '../output/json.ts';

interface ListOptions {
  readonly name?: string;
  readonly fingerprint?: string;
  readonly status?: string;
  readonly email?: string;
  readonly allUsers?: true;
  readonly json?: true;
  readonly csv?: true;
}

export const accountArgument = ['<account>', 'an account of a service that has API keys'] as const;
export const allUsers = ['--all-users', 'keys of all users; administrators only'] as const;

async function listKeys(cli: Cli, account: string, options: ListOptions): Promise<void> {
  const { name, fingerprint, status, email, allUsers: all_users } = options;
  const { apiKeys } = await cli.broker();
  const listed = await apiKeys.list(account, { name, fingerprint, status, email, all_users });
  const { formatKeys, keysCsv } = await import('../api-keys/key-table.ts');
  if (options.json) cli.out.write(formatJson(listed));
  else if (options.csv) cli.out.write(keysCsv(listed.keys));
  else if (listed.keys.length === 0) cli.out.write('No matching keys.\n');
  else cli.out.write(formatKeys(listed, { now: Date.now(), columns: cli.out.columns }));
}

async function showKey(cli: Cli, account: string, id: string, options: ListOptions): Promise<void> {
  const { apiKeys } = await cli.broker();
  const key = await apiKeys.show(account, id, { all_users: options.allUsers });
  if (options.json) cli.out.write(formatJson(key));
  else cli.out.write(await details(key));
}

async function details(key: ApiKeyView): Promise<string> {
  const { dayOf, endOf } = await import('../api-keys/key-table.ts');
  return formatFields([
    ['Name', key.name],
    ['ID', key.id],
    ['Shown as', key.fingerprint],
    ['Status', key.status],
    ['Created', dayOf(key.created_at)],
    ['Ends', endOf(key.expires_at, Date.now())],
    ['Last used', dayOf(key.last_used_at)],
    ['Owner', key.owner],
    ['Account here', key.accounts?.join(', ')],
  ]);
}

export function addApiKeysList(apiKeys: Command, cli: Cli): void {
  apiKeys
    .command('list')
    .description('the keys at the service; never their secrets')
    .argument(...accountArgument)
    .option('--name <name>', 'keys with this name')
    .option('--fingerprint <fingerprint>', 'the key that the service shows like this')
    .addOption(new Option('--status <status>', 'keys in this state').choices(['active', 'expired']))
    .option('--email <person>', 'keys of this person; administrators only')
    .option(...allUsers)
    .option('--json', 'print JSON')
    .option('--csv', 'print comma-separated values')
    .action((account: string, options: ListOptions) => listKeys(cli, account, options));
  apiKeys
    .command('show')
    .description('one key')
    .argument(...accountArgument)
    .argument('<key>', 'its ID')
    .option(...allUsers)
    .option('--json', 'print JSON')
    .action((account: string, key: string, options: ListOptions) => showKey(cli, account, key, options));
}
