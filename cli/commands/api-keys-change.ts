import type { Command } from 'commander';
import type { LocalApiClient } from '../../core/local-api/client/client.ts';
import { Secret } from '../../core/secret.ts';
import { traitsOf } from '../../core/services/grant.ts';
import type { ApiKeyView } from '../../core/wire/api-key-schemas.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { readSecret } from '../input.ts';
import { printable } from '../output/printable.ts';
import { wholeDays } from '../whole-days.ts';
import { accountArgument, allUsers } from './api-keys-list.ts';

/** As long as the local API takes. */
const longest = 4096;
const daysOption = '--days <days>';

interface CreateOptions {
  readonly days?: number;
  readonly keepAs?: string;
  readonly owner?: string;
}

const named = ({ name, id }: ApiKeyView): string => printable(`${name} (${id})`);

function endText({ expires_at }: ApiKeyView): string {
  return expires_at === null ? 'it has no end' : `it ends on ${expires_at.slice(0, 10)}`;
}

/** The secret goes to standard output, once; what is said about it never does. */
async function createKey(cli: Cli, account: string, name: string, options: CreateOptions): Promise<void> {
  const { days, keepAs: keep_as, owner } = options;
  const { apiKeys } = await cli.broker();
  const made = await apiKeys.create(account, {
    name,
    ...(days !== undefined && { days }),
    ...(keep_as !== undefined && { keep_as }),
    ...(owner !== undefined && { owner }),
  });
  if ('account' in made) {
    cli.err.write(`Created ${named(made.key)}, kept as ${made.account}; ${endText(made.key)}.\n`);
    cli.err.write(`Then: keytray exec ${made.account} -- COMMAND\n`);
    return;
  }
  cli.out.write(`${made.secret}\n`);
  cli.err.write(`Created ${named(made.key)}; ${endText(made.key)}. The secret is shown only once.\n`);
}

async function rotateKey(cli: Cli, account: string, key: string | undefined, days: number | undefined): Promise<void> {
  const broker = await cli.broker();
  const id = key ?? (await ownKey(broker, account));
  const rotated = await broker.apiKeys.rotate(account, id, days === undefined ? {} : { days });
  const { old, accounts, secret } = rotated;
  if (secret === undefined) {
    cli.out.write(`${named(rotated.key)} is now the key of ${accounts.join(', ')}; ${endText(rotated.key)}.\n`);
    cli.out.write(`Revoked ${printable(old.id)}.\n`);
    return;
  }
  cli.out.write(`${secret}\n`);
  cli.err.write(`Created ${named(rotated.key)}; ${endText(rotated.key)}. The secret is shown only once.\n`);
  cli.err.write(`No account here has ${printable(old.id)}, so it still works. Give its users the new key, then:\n`);
  cli.err.write(`  keytray api-keys revoke ${account} ${printable(old.id)}\n`);
}

/** The ID of the key that the account itself has. */
async function ownKey(broker: LocalApiClient, account: string): Promise<string> {
  const { grant } = await broker.account(account);
  if (grant !== undefined && traitsOf(grant).renewal !== 'never') {
    throw usageFailure(
      `${account} is a sign-in and has no key of its own`,
      `Say which key: keytray api-keys rotate ${account} KEY; list them: keytray api-keys list ${account}`,
    );
  }
  const { keys } = await broker.apiKeys.list(account);
  const own = keys.find(({ accounts }) => accounts?.includes(account) === true);
  if (own !== undefined) return own.id;
  throw usageFailure(
    `the service does not say which of these keys ${account} has`,
    `Name it: keytray api-keys rotate ${account} KEY; list them: keytray api-keys list ${account}`,
  );
}

interface RevokeOptions {
  readonly allUsers?: true;
  readonly secretStdin?: true;
}

async function revokeKey(cli: Cli, account: string, key: string | undefined, options: RevokeOptions): Promise<void> {
  const bySecret = options.secretStdin === true;
  if (bySecret === (key !== undefined)) {
    throw usageFailure(
      bySecret ? 'a key is revoked by its ID or by its secret, not both' : 'no key given',
      'Give its ID, or --secret-stdin with the secret on standard input.',
    );
  }
  const { apiKeys } = await cli.broker();
  if (key !== undefined) {
    await apiKeys.revoke(account, key, { all_users: options.allUsers });
    cli.out.write(`Revoked ${printable(key)}.\n`);
    return;
  }
  if (options.allUsers) throw usageFailure('--all-users goes with an ID', 'Leave it out: a secret names its key.');
  await apiKeys.revokeSecret(account, await leakedSecret(cli));
  cli.out.write('Revoked the key.\n');
}

async function leakedSecret(cli: Cli): Promise<Secret> {
  const text = (await readSecret(cli, 'Secret of the key (not shown): ', longest)).trim();
  if (text === '' || text.length > longest || /\s/.test(text)) {
    throw usageFailure('standard input holds no secret', 'Pipe in the secret of one key, on one line.');
  }
  return new Secret(text);
}

export function addApiKeysChange(apiKeys: Command, cli: Cli): void {
  apiKeys
    .command('create')
    .description('create a key; its secret alone goes to standard output')
    .argument(...accountArgument)
    .argument('<name>', 'what it is for: ci-github-prod')
    .option(daysOption, 'how long it lives, 1 to 365 (default: 90, where the service sets an end)', wholeDays(1, 365))
    .option('--keep-as <account>', 'keep it as this account instead of printing it')
    .option('--owner <person>', 'create it for this person; administrators only')
    .action((account: string, name: string, options: CreateOptions) => createKey(cli, account, name, options));
  apiKeys
    .command('rotate')
    .description('replace a key with a new one, and revoke the old one')
    .argument(...accountArgument)
    .argument('[key]', 'its ID (default: the one the account has)')
    .option(daysOption, 'how long the new one lives (default: as long as the old one)', wholeDays(1, 365))
    .action((account: string, key: string | undefined, { days }: CreateOptions) => rotateKey(cli, account, key, days));
  apiKeys
    .command('revoke')
    .description('revoke a key at the service')
    .argument(...accountArgument)
    .argument('[key]', 'its ID')
    .option(...allUsers)
    .option('--secret-stdin', 'a leaked key, by its secret on standard input')
    .action((account: string, key: string | undefined, options: RevokeOptions) =>
      revokeKey(cli, account, key, options),
    );
}
