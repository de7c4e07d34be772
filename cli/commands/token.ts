import { type Command, Option } from 'commander';
import type { TokenView } from '../../core/wire/schemas.ts';
import type { Cli } from '../cli.ts';
import { formatJson } from '../output/json.ts';
import { wholeSeconds } from '../seconds.ts';
import { tokenRequest, tokenText } from '../token-answer.ts';

interface TokenOptions {
  readonly minTtl?: number;
  readonly id?: true;
  readonly format: 'raw' | 'header' | 'json';
  readonly force?: true;
}

function formatToken(view: TokenView, options: TokenOptions): string {
  if (options.format === 'json') return formatJson(view);
  const token = tokenText(view, options.id ? 'id' : 'access');
  return options.format === 'header' ? `Authorization: Bearer ${token}\n` : `${token}\n`;
}

export function addToken(program: Command, cli: Cli): void {
  program
    .command('token')
    .helpGroup('Every day:')
    .description('print a fresh token and nothing else')
    .argument('<account>')
    .option('--min-ttl <seconds>', 'valid for at least this long', wholeSeconds)
    .option('--id', 'the ID token instead of the access token')
    .addOption(new Option('--format <format>', 'how to print it').choices(['raw', 'header', 'json']).default('raw'))
    .option('--force', 'refresh first, even if the token is still good')
    .action(async (account: string, options: TokenOptions) => {
      // Set by the native client, which has asked already.
      const failure = cli.env.KEYTRAY_TOKEN_FAILURE;
      if (failure !== undefined)
        throw (await import('../../core/local-api/client/client.ts')).failureOf(undefined, failure);
      const kind = options.id ? 'id' : 'access';
      const request = tokenRequest({ kind, minTtl: options.minTtl, force: options.force });
      const view = await (await cli.broker()).token(account, request);
      cli.out.write(formatToken(view, options));
    });
}
