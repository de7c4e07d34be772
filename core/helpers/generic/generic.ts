import { type TokenKind, tokenVariables } from '../../config/account-variables.ts';
import { failures } from '../../errors.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { headerLines } from '../header-lines.ts';
import type { Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { readOptions } from '../options.ts';
import { fetchToken, refuse } from './generic-answer.ts';

/**
 * `keytray helper raw|header|env get --account=ID`: for tools that take the output of a command, whatever it is. The
 * caller names the account and no host, so nothing is matched: it is `keytray token` in other words.
 */
const usage = 'get --account=ID [--id] [--min-ttl=SECONDS]';

export const rawHelper: Helper = helperFor('raw', ({ kind }) => [{ kind, as: 'value', before: '' }]);

export const headerHelper: Helper = helperFor('header', ({ kind }) => [{ kind, as: 'headers' }]);

/** `NAME=value` lines for `docker run --env-file`, systemd's `EnvironmentFile=` and their like. They know no quotes. */
export const envHelper: Helper = helperFor('env', ({ account }) =>
  [...tokenVariables(account.id, account)].map(([name, kind]) => ({ kind, as: 'value', before: `${name}=` })),
);

interface Wish {
  readonly account: ServedAccount;
  readonly kind: TokenKind;
}

/** A token and what stands before it on its line, or the headers that carry it. */
type Line = { readonly kind: TokenKind } & (
  | { readonly as: 'value'; readonly before: string }
  | { readonly as: 'headers' }
);

function helperFor(protocol: 'raw' | 'header' | 'env', linesFor: (wish: Wish) => readonly Line[]): Helper {
  return {
    protocol,
    environment: [],
    async serve(call, broker) {
      const wrong = (reason: string) => refuse(call, `${reason}; usage: keytray helper ${protocol} ${usage}`);
      const { argv } = call;
      const options = readOptions(
        argv.filter((word) => word !== '--id'),
        ['account', 'min-ttl'],
      );
      if (options.kind === 'unknown') return wrong(`not understood: ${options.argument}`);
      const id = options.values.get('account');
      const seconds = options.values.get('min-ttl');
      if (options.words.join(' ') !== 'get' || id === undefined) return wrong('it takes get and an account');
      if (seconds !== undefined && !/^\d{1,9}$/.test(seconds)) return wrong('--min-ttl takes whole seconds');

      const account = broker.named(id);
      if (account === undefined) {
        refuse(call, `there is no account named ${JSON.stringify(id)}; see: keytray accounts list`);
        return failures.unknown_account.exit;
      }
      const lines = linesFor({ account, kind: argv.includes('--id') ? 'id' : 'access' });
      return answer(call, broker, account, lines, seconds === undefined ? undefined : Number(seconds));
    },
  };
}

/** All lines or none. */
async function answer(
  call: HelperCall,
  broker: HelperBroker,
  account: ServedAccount,
  lines: readonly Line[],
  minTtl: number | undefined,
): Promise<number> {
  let text = '';
  for (const line of lines) {
    const fetched = await fetchToken(call, broker, account, { token: line.kind, minTtl });
    if (fetched.kind === 'none') return fetched.status;
    text += line.as === 'headers' ? headerLines(fetched.handedOut.headers()) : `${line.before}${fetched.token}\n`;
  }
  call.stdout(text);
  return 0;
}
