import { basename } from 'node:path';
import type { Command } from 'commander';
import type { AccountConfig } from '../../core/config/config.ts';
import type { AccountSettings } from '../../core/services/service.ts';
import type { Cli } from '../cli.ts';
import { loadConfig, resolveConfigured } from '../configuration.ts';
import { formatJson } from '../output/json.ts';
import { servedText } from '../output/service-words.ts';
import { formatTable } from '../output/table.ts';

const columns = [
  { title: 'ACCOUNT', least: 16 },
  { title: 'SERVICE' },
  { title: 'SERVES', least: 12 },
  { title: 'CONFIGURED IN', least: 16 },
];

/** What the account serves is its own list, else its service's. */
interface Listed {
  readonly account: AccountConfig;
  readonly serves: AccountSettings['serves'];
}

function accountJson({ account, serves }: Listed): object {
  return {
    account: account.id,
    service: account.service,
    client_id: account.clientId,
    issuer: account.issuer,
    scopes: account.scopes,
    store: account.store,
    environment: account.environment,
    serves,
    file: account.position.file,
    line: account.position.line,
  };
}

export function addAccountsList(accounts: Command, cli: Cli): void {
  accounts
    .command('list', { isDefault: true })
    .description('the accounts in the configuration; works without a running Keytray')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: true }) => {
      const config = await loadConfig(cli.env);
      const configured: Listed[] = [];
      for (const account of config.accounts.values()) {
        configured.push({ account, serves: (await resolveConfigured(config, account.id)).serves });
      }
      if (options.json) cli.out.write(formatJson(configured.map(accountJson)));
      else if (configured.length === 0) cli.out.write('No accounts yet. Add one: keytray accounts add github\n');
      else {
        const rows = configured.map(({ account, serves }) => [
          { text: account.id },
          { text: account.service },
          { text: servedText(serves) },
          { text: `${basename(account.position.file)}:${account.position.line}` },
        ]);
        cli.out.write(formatTable(columns, rows, { columns: cli.out.columns, cutOrder: [2, 3, 0] }));
      }
    });
}
