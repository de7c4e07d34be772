import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForUrl } from '../chosen-account.ts';
import type { Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { linesOf } from '../lines.ts';
import { readOnlyOptions } from '../options.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';
import { type CargoAnswer, formatCargoAnswer, hello, parseCargoRequest } from './cargo-messages.ts';

/**
 * `cargo-credential-keytray --cargo-plugin` speaks JSON lines; `keytray helper cargo token` is for
 * `cargo:token-from-stdout`. Both take `--account=ID` and `--scheme=none`.
 */
export const cargoHelper: Helper = {
  protocol: 'cargo',
  environment: ['CARGO_REGISTRY_INDEX_URL', 'CARGO_REGISTRY_NAME_OPT'],
  async serve(call, broker) {
    switch (call.operation) {
      case 'get':
        return await converse(call, broker);
      case 'token':
        return await printToken(call, broker);
      default:
        call.stderr(oneLine(`keytray: cargo asks for get or token, not ${JSON.stringify(call.operation)}`));
        return 2;
    }
  },
};

async function converse(call: HelperCall, broker: HelperBroker): Promise<number> {
  // Cargo says nothing before it has seen this.
  call.stdout(hello);
  let answered = false;
  try {
    for await (const line of linesOf(call.stdin)) {
      const request = parseCargoRequest(line);
      if (request === undefined) {
        call.stderr('keytray: refused a malformed request of cargo');
        return 1;
      }
      call.stdout(formatCargoAnswer(await answerFor(request, broker)));
      answered = true;
    }
  } catch (failure) {
    // A caller that keeps stdin open has its answer; cargo would discard it for any other status than 0.
    if (!answered) throw failure;
  }
  return 0;
}

async function printToken(call: HelperCall, broker: HelperBroker): Promise<number> {
  const indexUrl = call.env.CARGO_REGISTRY_INDEX_URL ?? '';
  const answer = await answerFor({ kind: 'get', indexUrl, args: call.argv.slice(1) }, broker);
  switch (answer.kind) {
    case 'token':
      call.stdout(`${answer.authorization}\n`);
      return 0;
    case 'unavailable':
      call.stderr(answer.message);
      return 1;
    case 'not_ours':
    case 'unsupported':
      call.stderr('keytray: no account lists this registry under cargo: in its configuration');
      return 1;
  }
}

interface Question {
  readonly kind: string;
  readonly indexUrl: string;
  readonly args: readonly string[];
}

async function answerFor({ kind, indexUrl, args }: Question, broker: HelperBroker): Promise<CargoAnswer> {
  const options = readOnlyOptions(args, ['account', 'scheme']);
  if (options.kind === 'unknown') return unavailable(`unknown argument ${options.argument}`);
  const scheme = options.values.get('scheme') ?? 'bearer';
  if (scheme !== 'bearer' && scheme !== 'none') return unavailable('--scheme is bearer or none');

  const url = indexUrl.replace(/^sparse\+/, '');
  const chosen = chooseForUrl(broker, { family: 'cargo', id: options.values.get('account'), url });
  switch (chosen.kind) {
    case 'not_listed':
      return { kind: 'not_ours' };
    case 'refused':
      return { kind: 'unavailable', message: chosen.line };
    case 'account':
      // A sign-in is the person's act, and one for all tools.
      if (kind !== 'get') return { kind: 'unsupported' };
      return await tokenOf(chosen.account, chosen.target, scheme, broker);
  }
}

async function tokenOf(
  account: ServedAccount,
  host: string,
  scheme: 'bearer' | 'none',
  broker: HelperBroker,
): Promise<CargoAnswer> {
  try {
    const { token, expiresAt } = await broker.handOut(account.id, { host });
    const text = tokenText(token);
    if (text === undefined) return unavailable(`${account.title}: no header can carry this token`);
    return { kind: 'token', authorization: scheme === 'none' ? text : `Bearer ${text}`, expiresAt };
  } catch (failure) {
    return { kind: 'unavailable', message: unavailableLine(failure, account) };
  }
}

function unavailable(message: string): CargoAnswer {
  return { kind: 'unavailable', message: oneLine(`keytray: ${message}`) };
}
