import { type Command, Option } from 'commander';
import type { TokenView } from '../../core/wire/schemas.ts';
import type { TokenKind } from '../account-environment.ts';
import type { Cli } from '../cli.ts';
import { credentialHeaders } from '../credential-headers.ts';
import { usageFailure } from '../failure.ts';
import { formatJson } from '../output/json.ts';
import { wholeSeconds } from '../seconds.ts';
import { tokenRequest, tokenText } from '../token-answer.ts';

interface TokenOptions {
  readonly minTtl?: number;
  readonly id?: true;
  readonly format: 'raw' | 'header' | 'json';
  readonly force?: true;
  readonly field?: string;
}

function formatToken(view: TokenView, options: TokenOptions): string {
  if (options.format === 'json') return formatJson(view);
  const kind = options.id ? 'id' : 'access';
  if (options.format === 'header') return headerLines(view, kind);
  if (options.field === undefined && (view.headers?.length ?? 0) > 1) {
    const hint = `Name one: keytray token ${view.account} --field NAME. See: keytray accounts show ${view.account}`;
    throw usageFailure(`${view.account} has several values`, hint);
  }
  return `${tokenText(view, kind)}\n`;
}

/** As curl and its kin take them, a line each. */
function headerLines(view: TokenView, kind: TokenKind): string {
  return credentialHeaders(view, kind)
    .map(({ name, value }) => `${name}: ${value.reveal()}\n`)
    .join('');
}

export function addToken(program: Command, cli: Cli): void {
  program
    .command('token')
    .helpGroup('Every day:')
    .description('print a fresh token and nothing else')
    .argument('<account>')
    .option('--min-ttl <seconds>', 'valid for at least this long', wholeSeconds)
    .option('--id', 'the ID token instead of the access token')
    .option('--field <name>', 'one of several values that were entered, such as app_key')
    .addOption(new Option('--format <format>', 'how to print it').choices(['raw', 'header', 'json']).default('raw'))
    .option('--force', 'refresh first, even if the token is still good')
    .action(async (account: string, options: TokenOptions) => {
      // Set by the native client, which has asked already.
      const failure = cli.env.KEYTRAY_TOKEN_FAILURE;
      if (failure !== undefined)
        throw (await import('../../core/local-api/client/client.ts')).failureOf(undefined, failure);
      const kind = options.id ? 'id' : 'access';
      const { minTtl, force, field } = options;
      const request = tokenRequest({ kind, minTtl, force, field });
      const view = await (await cli.broker()).token(account, request);
      cli.out.write(formatToken(view, options));
    });
}
