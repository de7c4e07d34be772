import type { Command } from 'commander';
import { assertNever } from '../../core/errors.ts';
import type { LogoutView } from '../../core/wire/schemas.ts';
import type { Cli } from '../cli.ts';
import { printable } from '../output/printable.ts';

/** What became of the tokens at the server, in a sentence. */
export function revocationSentence(view: LogoutView): string {
  switch (view.revocation) {
    case 'revoked':
      return 'The server has revoked the tokens.';
    case 'unsupported':
      return 'The server offers no revocation: the tokens there end by themselves.';
    case 'failed':
      return 'The server could not be told: the tokens there end by themselves.';
    case 'not_asked':
      return 'The server was not asked to revoke the tokens.';
    case 'shared':
      return 'Nothing was revoked: another account uses the same sign-in.';
    case 'nothing_to_revoke':
      return 'There was nothing to revoke.';
    default:
      return assertNever(view.revocation);
  }
}

export function addLogout(program: Command, cli: Cli): void {
  program
    .command('logout')
    .helpGroup('Every day:')
    .description('sign out, at the server too')
    .argument('<account>')
    .option('--no-revoke', 'only forget them here')
    .action(async (account: string, options: { readonly revoke: boolean }) => {
      const view = await (await cli.broker()).logout(account, { revoke: options.revoke });
      const detail = view.detail === undefined ? '' : ` (${printable(view.detail)})`;
      cli.out.write(`Signed out of ${printable(view.account)}. ${revocationSentence(view)}${detail}\n`);
    });
}
