import { type Command, Option } from 'commander';
import { KeytrayError } from '../../core/errors.ts';
import type { LocalApiClient } from '../../core/local-api/client/client.ts';
import { traitsOf } from '../../core/services/grant.ts';
import type { AccountView, LoginRequest, LoginView } from '../../core/wire/schemas.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { isTerminal, readLine } from '../input.ts';
import { endingOnInterruption } from '../interruption.ts';
import { noBrowserHere, showCode, showElsewhere } from '../login-elsewhere.ts';
import { enterFields } from '../login-fields.ts';
import { type LoginOutcome, loginOutcome, pastedAnswer, signedInSentence } from '../login-outcome.ts';
import { watchLogin } from '../login-question.ts';
import { who } from '../output/account-words.ts';
import { printable } from '../output/printable.ts';
import { startSpinner } from '../output/spinner.ts';

interface LoginOptions {
  readonly browser: boolean;
  readonly device?: true;
  readonly paste?: true;
  readonly renew?: true;
  readonly switch?: true;
  readonly unchecked?: true;
}

type Ended = Exclude<LoginOutcome, { kind: 'open' }>;

/** Seconds one request waits for the login to end. */
const waitSeconds = 60;

function userAgent(options: LoginOptions): LoginRequest['user_agent'] {
  if (options.device) return 'device';
  if (options.paste) return 'paste';
  return options.browser ? 'browser' : 'none';
}

/** What is read from standard input was found before: nobody is shown the page that has it. */
const pageUnseen = (cli: Cli, { grant }: AccountView): boolean =>
  grant !== undefined && traitsOf(grant).signIn === 'fields' && !isTerminal(cli);

/** Says where the person signs in. The address goes to standard output where it is what was asked for. */
function showWay(cli: Cli, login: LoginView, way: LoginRequest['user_agent']): void {
  if (way === 'device' && showCode(cli, login)) return;
  if (login.authorization_url === undefined) return;
  const url = printable(login.authorization_url);
  if (way === 'browser') cli.err.write(`Sign in in your browser. If it does not open, go to:\n  ${url}\n`);
  else cli.out.write(`${url}\n`);
}

async function follow(broker: LocalApiClient, login: LoginView, title: string): Promise<Ended> {
  let outcome = loginOutcome(login, title);
  while (outcome.kind === 'open') {
    outcome = loginOutcome(await broker.login(login.login_id, waitSeconds), title);
  }
  return outcome;
}

/** Takes what the person pastes until it is the answer, or until the login ends some other way. */
async function finishByPaste(
  cli: Cli,
  broker: LocalApiClient,
  login: LoginView,
  ended: Promise<Ended>,
): Promise<Ended> {
  // Nobody may be waiting for it when the pasting fails first.
  ended.catch(() => undefined);
  for (;;) {
    const line = await Promise.race([
      readLine(cli, 'Paste the address your browser ended at: '),
      ended.then((outcome) => ({ outcome })),
    ]);
    if (typeof line === 'object') return line.outcome;
    if (line === undefined || line.trim() === '') {
      await broker.cancelLogin(login.login_id);
      throw usageFailure('nothing was pasted', 'Paste the whole address from the address bar of your browser.');
    }
    try {
      await broker.finishLogin(login.login_id, pastedAnswer(line));
      return await ended;
    } catch (error) {
      if (!(error instanceof KeytrayError) || error.code !== 'invalid_request') throw error;
      if (!cli.err.isTerminal) {
        // Nobody is there to paste another one.
        await broker.cancelLogin(login.login_id);
        throw error;
      }
      cli.err.write(`${printable(error.message)}\n`);
    }
  }
}

async function waitForEnd(
  cli: Cli,
  broker: LocalApiClient,
  login: LoginView,
  title: string,
  way: LoginRequest['user_agent'],
): Promise<Ended> {
  const over = new AbortController();
  const pastes = way === 'paste';
  const spinner = pastes ? undefined : startSpinner(cli.err, 'Waiting for you to sign in (Ctrl-C cancels)');
  const aside = spinner?.aside ?? ((work) => work());
  const ended = follow(broker, login, title);
  const watched = watchLogin(cli, broker, { login, title, asks: !pastes, over: over.signal, aside });
  const finished = pastes ? finishByPaste(cli, broker, login, ended) : ended;
  try {
    return await Promise.race([finished, watched.then(() => finished)]);
  } finally {
    over.abort();
    spinner?.stop();
  }
}

async function signIn(cli: Cli, broker: LocalApiClient, account: AccountView, options: LoginOptions): Promise<Ended> {
  const way = pageUnseen(cli, account) ? 'none' : userAgent(options);
  // A question that stands is answered; the browser has done its part.
  const asked = way === 'browser' && account.login?.confirm !== undefined ? account.login : undefined;
  const login =
    asked ??
    (await broker.startLogin(account.account, { user_agent: way, ...(options.switch ? { switch: true } : {}) }));
  return await endingOnInterruption(
    async () => {
      cli.err.write('Sign-in cancelled.\n');
      await broker.cancelLogin(login.login_id);
    },
    async () => {
      if (login.input !== undefined)
        return await follow(broker, await enterFields(cli, broker, login, options), account.title);
      const missing = asked === undefined && way === 'browser' ? noBrowserHere(cli, login) : undefined;
      if (missing !== undefined) await showElsewhere(cli, broker, login, missing);
      else if (asked === undefined) showWay(cli, login, way);
      return await waitForEnd(cli, broker, login, account.title, way);
    },
  );
}

async function runLogin(cli: Cli, id: string, options: LoginOptions): Promise<void> {
  const broker = await cli.broker();
  const account = await broker.account(id);
  // Where nobody is needed, a sign-in is a try.
  const needsSomebody = account.grant === undefined || traitsOf(account.grant).signIn !== 'nothing';
  if (account.state === 'active' && needsSomebody && !options.renew && !options.switch) {
    cli.out.write(`${signedInSentence(account.title, who(account))}\n`);
    cli.err.write(`Nothing to do. To sign in again: keytray login ${account.account} --renew\n`);
    return;
  }
  const ended = await signIn(cli, broker, account, options);
  if (ended.kind === 'failed') throw ended.failure;
  cli.out.write(`${ended.sentence}\n`);
}

export function addLogin(program: Command, cli: Cli): void {
  program
    .command('login')
    .helpGroup('Every day:')
    .description('sign in once: in your own browser, or with a key or secret you enter')
    .argument('<account>')
    .option('--no-browser', 'print the address instead of opening it, and wait')
    .addOption(new Option('--device', 'sign in on another device with a code').conflicts('paste'))
    .option('--paste', 'paste the address the browser ends at')
    .option('--renew', 'sign in again, or replace the key or secret, although the account is signed in')
    .option('--unchecked', 'keep a key or secret although the service cannot be reached to try it')
    .option('--switch', 'accept another person than before')
    .action((account: string, options: LoginOptions) => runLogin(cli, account, options));
}
