import { failures, KeytrayError } from '../core/errors.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import type { LoginView } from '../core/wire/schemas.ts';
import type { Cli } from './cli.ts';
import { CommandFailure } from './failure.ts';
import { isTerminal, readLine } from './input.ts';
import { printable } from './output/printable.ts';

export interface LoginWatch {
  readonly login: LoginView;
  /** The account, for people. */
  readonly title: string;
  /** False where standard input is being read for something else. */
  readonly asks: boolean;
  /** Aborts when nothing is waited for any more. */
  readonly over: AbortSignal;
  /** Clears the line that says that Keytray waits, for as long as `work` takes. */
  readonly aside: <T>(work: () => T) => T;
}

/**
 * Tells what comes up while a sign-in is waited for, and asks whether to take one that another browser brought.
 * Throws `CommandFailure` with exit status 5 where there is no terminal to ask on.
 */
export async function watchLogin(cli: Cli, broker: LocalApiClient, watch: LoginWatch): Promise<void> {
  let told: string | undefined;
  let asking: AbortController | undefined;
  for await (const { note, confirm } of loginViews(broker, watch)) {
    if (note !== undefined && note !== told) {
      watch.aside(() => cli.err.write(`${capital(printable(note))}. Keytray still waits.\n`));
    }
    told = note;
    if (confirm === undefined) {
      asking?.abort();
      asking = undefined;
    } else if (asking === undefined) {
      asking = new AbortController();
      if (!watch.asks) tell(cli, watch, confirm.who);
      else if (!isTerminal(cli)) await refuse(broker, watch, confirm.who);
      else void ask(cli, broker, watch, confirm.who, AbortSignal.any([asking.signal, watch.over]));
    }
  }
}

/** The login as the broker tells of it, the present state first, until there is nothing more to hear. */
async function* loginViews(broker: LocalApiClient, { login, over }: LoginWatch): AsyncGenerator<LoginView> {
  const ours = ({ login_id: id }: LoginView): boolean => id === login.login_id;
  try {
    for await (const event of broker.events(over)) {
      const view = event.type === 'state' ? event.status.logins.find(ours) : event.type === 'login' && event.login;
      if (view && ours(view)) yield view;
    }
  } catch (error) {
    // The end of the login is waited for apart from this: without it there is only less to tell.
    if (!over.aborted && !(error instanceof KeytrayError)) throw error;
  }
}

/** Who signed in where the sign-in was not begun; `who` as the server says, cleaned here. */
export const elsewhere = (who: string | undefined): string =>
  `${who === undefined ? 'A person' : printable(who)} signed in in another browser or profile than the one that began this sign-in`;

/** Standard input waits for the pasted address. */
function tell(cli: Cli, { login, aside }: LoginWatch, who: string | undefined): void {
  aside(() => cli.err.write(`\n${elsewhere(who)}. To answer in another terminal: keytray login ${login.account}\n`));
}

async function refuse(broker: LocalApiClient, { login, title }: LoginWatch, who: string | undefined): Promise<never> {
  await broker.confirmLogin(login.login_id, false).catch(() => undefined);
  throw new CommandFailure(
    failures.access_denied.exit,
    `${elsewhere(who)}; nothing was stored`,
    `Sign in to ${printable(title)} in one browser, or on a terminal, where Keytray can ask: keytray login ${login.account}`,
  );
}

async function ask(
  cli: Cli,
  broker: LocalApiClient,
  { login, title, aside }: LoginWatch,
  who: string | undefined,
  settled: AbortSignal,
): Promise<void> {
  const question =
    who === undefined
      ? `${printable(title)} does not say who. Take this sign-in? [y/N] `
      : `Sign in to ${printable(title)} as ${printable(who)}? [y/N] `;
  await aside(async () => {
    cli.err.write(`${elsewhere(who)}.\n`);
    const line = await readLine(cli, question, { hidden: false, signal: settled });
    if (settled.aborted) return void cli.err.write('\n');
    const accept = /^y(es)?$/i.test(line?.trim() ?? '');
    // Another window may have been quicker; what became of it is told like any other end.
    await broker.confirmLogin(login.login_id, accept).catch(() => undefined);
    if (!accept) cli.err.write('Not taken. Keytray still waits for the browser that began the sign-in.\n');
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
