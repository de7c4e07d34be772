import { KeytrayError } from '../core/errors.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import type { LoginView } from '../core/wire/schemas.ts';
import type { Cli } from './cli.ts';
import { usageFailure } from './failure.ts';
import { isTerminal, readAll, readLine } from './input.ts';
import { printable } from './output/printable.ts';

type Input = NonNullable<LoginView['input']>;

/** Two keys of the longest form the local API takes. */
const longest = 32_768;
/** A mistyped key is typed again; whoever has none stops. */
const tries = 3;

/** Typed without echo on a terminal, each with where it is to be found; else one line for each, in their order. */
async function readValues(cli: Cli, { fields }: Input): Promise<Readonly<Record<string, string>>> {
  const entered: [string, string][] = [];
  if (!isTerminal(cli)) {
    const lines = (await readAll(cli, longest)).split(/\r?\n/);
    for (const [index, { name, title }] of fields.entries()) {
      const line = lines[index]?.trim() ?? '';
      if (line === '') {
        const order = fields.map((field) => field.title).join(', then ');
        throw usageFailure(`standard input holds no ${title}`, `Write one line for each value: ${order}.`);
      }
      entered.push([name, line]);
    }
    return Object.fromEntries(entered);
  }
  for (const { name, title, where } of fields) {
    if (where !== undefined) cli.err.write(`${printable(title)}: ${printable(where)}\n`);
    const value = (await readLine(cli, `${printable(title)} (not shown): `, { hidden: true }))?.trim() ?? '';
    if (value === '') throw usageFailure('nothing was entered', `Enter the ${title}.`);
    entered.push([name, value]);
  }
  return Object.fromEntries(entered);
}

const mayRetry = (error: unknown): error is KeytrayError =>
  error instanceof KeytrayError && (error.code === 'invalid_request' || error.code === 'access_denied');

/** Enters what the sign-in asks for. What was refused was not stored, and is asked for again on a terminal. */
export async function enterFields(
  cli: Cli,
  broker: LocalApiClient,
  login: LoginView,
  options: { readonly unchecked?: true },
): Promise<LoginView> {
  const { input } = login;
  if (input === undefined) return login;
  if (login.no_browser !== undefined) {
    cli.err.write(`No browser can be opened here (${printable(login.no_browser.why)}).\n`);
  }
  for (let left = tries; ; left -= 1) {
    try {
      const fields = await readValues(cli, input);
      return await broker.finishLogin(login.login_id, { fields, ...(options.unchecked && { unchecked: true }) });
    } catch (error) {
      if (!isTerminal(cli) || left <= 1 || !mayRetry(error)) {
        await broker.cancelLogin(login.login_id).catch(() => undefined);
        throw error;
      }
      cli.err.write(`${printable(error.message)}\n`);
    }
  }
}
