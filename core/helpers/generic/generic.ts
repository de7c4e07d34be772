import { defaultVariable, type TokenKind, type VariableValue } from '../../config/account-variables.ts';
import { failures } from '../../errors.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { headerLines } from '../header-lines.ts';
import type { Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { readOptions } from '../options.ts';
import { type Fetched, fetchToken, refuse } from './generic-answer.ts';

/**
 * `keytray helper raw|header|env get --account=ID`: for tools that take the output of a command, whatever it is. The
 * caller names the account and no host, so nothing is matched: it is `keytray token` in other words.
 */
const usage = 'get --account=ID [--id] [--min-ttl=SECONDS]';

export const rawHelper: Helper = helperFor('raw', ({ kind }) => [{ kind, as: 'value', before: '' }]);

export const headerHelper: Helper = helperFor('header', ({ kind }) => [{ kind, as: 'headers' }]);

/** `NAME=value` lines for `docker run --env-file`, systemd's `EnvironmentFile=` and their like. They know no quotes. */
export const envHelper: Helper = helperFor('env', ({ account }) =>
  [...(account.variables?.() ?? [[defaultVariable(account.id), usual] as const])].map(([name, value]) =>
    lineOf(`${name}=`, value),
  ),
);

const usual: VariableValue = { kind: 'token', token: 'access' };

function lineOf(before: string, value: VariableValue): Line {
  switch (value.kind) {
    case 'text':
      return { as: 'text', text: `${before}${value.text}` };
    case 'token':
      return { as: 'value', before, kind: value.token };
    case 'authorization':
    case 'service_url':
      return { as: value.kind, before, kind: 'access' };
    case 'field':
      return { as: 'value', before, kind: 'access', field: value.field };
  }
}

interface Wish {
  readonly account: ServedAccount;
  readonly kind: TokenKind;
}

/** What stands on a line: a token behind what comes before it, the headers that carry it, or no secret at all. */
type Line =
  | { readonly as: 'value'; readonly kind: TokenKind; readonly before: string; readonly field?: string }
  | { readonly as: 'authorization' | 'service_url'; readonly kind: TokenKind; readonly before: string }
  | { readonly as: 'headers'; readonly kind: TokenKind }
  | { readonly as: 'text'; readonly text: string };

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
    if (line.as === 'text') {
      text += `${line.text}\n`;
      continue;
    }
    const field = line.as === 'value' ? line.field : undefined;
    const fetched = await fetchToken(call, broker, account, { token: line.kind, minTtl, field });
    if (fetched.kind === 'none') return fetched.status;
    text += written(line, fetched);
  }
  call.stdout(text);
  return 0;
}

function written(
  line: Exclude<Line, { as: 'text' }>,
  { token, handedOut }: Extract<Fetched, { kind: 'token' }>,
): string {
  switch (line.as) {
    case 'value':
      return `${line.before}${token}\n`;
    case 'headers':
      return headerLines(handedOut.headers());
    case 'authorization':
      return `${line.before}${handedOut.headers()[0]?.value.reveal() ?? ''}\n`;
    case 'service_url':
      return handedOut.serviceUrl === undefined ? '' : `${line.before}${handedOut.serviceUrl}\n`;
  }
}
