import type { Account } from '../accounts/account.ts';
import { secretOrigins } from '../accounts/origins.ts';
import { wordsOf } from '../accounts/server-directory.ts';
import { noSecrets } from '../accounts/stored-account.ts';
import { Turns } from '../concurrency/turns.ts';
import { KeytrayError } from '../errors.ts';
import type { Logger, UserAgent } from '../ports.ts';
import { Secret } from '../secret.ts';
import { fieldProblem } from '../services/fields.ts';
import { storeFailure } from '../stores/store-failure.ts';
import type { EntryObtaining, Given, TryParts } from './given.ts';
import type { InputInvitation, NoBrowser, PendingLogin } from './pending-login.ts';
import type { PendingLogins } from './pending-logins.ts';

/** Finding a key on a page of the service takes a while. */
const deadline = 15 * 60_000;

export interface FieldSignInDependencies extends Omit<TryParts, 'acceptOther' | 'page'> {
  readonly logins: PendingLogins;
  readonly userAgent: UserAgent;
  readonly logger: Logger;
}

/** What came back of a form: values by name, as they were typed. */
export interface Entered {
  readonly fields: Readonly<Record<string, string>>;
  /** Keep it although nobody could be asked. */
  readonly unchecked: boolean;
}

export interface EntryOptions {
  /** Send the person's browser to the page that shows what to enter, where there is one. */
  readonly openPage: boolean;
  /** The person asked for another account themselves: `login --switch`. */
  readonly acceptOther: boolean;
}

interface Entry {
  readonly obtaining: EntryObtaining;
  readonly account: Account;
  readonly input: InputInvitation;
  readonly page: URL | undefined;
  readonly turns: Turns;
  acceptOther: boolean;
}

/** Sign-ins by what a person enters: a form, a try, and only then the store. */
export class FieldSignIn {
  readonly #dependencies: FieldSignInDependencies;
  readonly #entries = new Map<string, Entry>();

  constructor(dependencies: FieldSignInDependencies) {
    this.#dependencies = dependencies;
  }

  /** Opens the account's pending login for input, or joins it. Throws `KeytrayError`. */
  async start(account: Account, obtaining: EntryObtaining, options: EntryOptions): Promise<PendingLogin> {
    await account.load();
    // What is entered now could not be kept.
    if (account.state.kind === 'unreadable') throw storeFailure(account.state.trouble, account.id);
    // Before there is a login: one that nobody can finish must not be there.
    const page = await obtaining.page?.(account, this.#dependencies);
    const login = this.#dependencies.logins.request(account.id);
    const entry = this.#entries.get(login.id) ?? this.#open(login, account, obtaining, page);
    entry.acceptOther ||= options.acceptOther;
    if (options.openPage && entry.page !== undefined) await this.#showPage(login, entry, entry.page);
    return login;
  }

  #open(login: PendingLogin, account: Account, obtaining: EntryObtaining, page: URL | undefined): Entry {
    const { clock } = this.#dependencies;
    const { fields } = account.settings;
    const shown = page === undefined ? fields : fields.map((field) => ({ ...field, where: page.href }));
    const input = { fields: shown, expiresAt: clock.now() + deadline };
    const entry = { obtaining, account, input, page, turns: new Turns(), acceptOther: false };
    this.#entries.set(login.id, entry);
    const timer = clock.after(deadline, () => login.become({ kind: 'expired' }));
    void login.ended.then(() => {
      this.#entries.delete(login.id);
      timer.cancel();
    });
    login.become(startedFor(input));
    return entry;
  }

  /** Where no browser opens, those who follow the login are told; the address is at hand all the same. */
  async #showPage(login: PendingLogin, { account, input }: Entry, page: URL): Promise<void> {
    try {
      await this.#dependencies.userAgent.open(page, account.settings.browser);
    } catch (error) {
      this.#dependencies.logger.warn('no browser could be opened', { account: account.id, why: wordsOf(error) });
      const why = error instanceof KeytrayError ? error.message : 'it could not be started';
      login.become(startedFor(input, { why, device: false }));
    }
  }

  /** Tries what was entered and keeps it. A refusal leaves the login open for another try. Throws `KeytrayError`. */
  async finish(login: PendingLogin, entered: Entered): Promise<void> {
    const entry = this.#entries.get(login.id);
    if (entry === undefined) {
      throw new KeytrayError('invalid_request', 'this sign-in does not take values', { loginId: login.id });
    }
    await entry.turns.take(async () => {
      if (!login.open) throw new KeytrayError('unknown_login', 'this sign-in has ended', { loginId: login.id });
      await this.#keep(login, entry, entered);
    });
  }

  async #keep(login: PendingLogin, entry: Entry, { fields, unchecked }: Entered): Promise<void> {
    const { account, obtaining } = entry;
    const { settings } = account;
    const given = readFields(account, login.id, fields);
    const tried = await this.#try(entry, given, unchecked);
    if (account.settings !== settings) {
      const words = `the configuration of ${account.id} changed meanwhile; nothing was stored`;
      throw new KeytrayError('misconfigured', words, { account: account.id, fix: 'sign_in' });
    }
    if (!login.open) throw new KeytrayError('unknown_login', 'this sign-in has ended', { loginId: login.id });
    const secrets = obtaining.spent ? noSecrets : { values: given, origins: secretOrigins(settings) };
    if (tried === undefined) await account.keep(() => secrets);
    else await account.accept(tried.record, secrets);
    // What was learned with the secret of before.
    this.#dependencies.servers.forget(account.id);
    login.become({ kind: 'succeeded', identity: tried?.identity });
  }

  /** Undefined where it is kept without a token, because nobody could be asked and the person said so. */
  async #try(entry: Entry, given: Given, unchecked: boolean) {
    const { account, acceptOther, obtaining, page } = entry;
    const parts = { ...this.#dependencies, acceptOther, page };
    try {
      return await obtaining.tryIt(account, given, parts);
    } catch (error) {
      const { id } = account;
      this.#dependencies.logger.warn('what was entered was not accepted', { account: id, why: wordsOf(error) });
      const passing = error instanceof KeytrayError && error.code === 'temporarily_unavailable';
      if (passing && unchecked && obtaining.spent !== true) return obtaining.untried(account, given, parts);
      throw error;
    }
  }
}

const startedFor = (input: InputInvitation, noBrowser?: NoBrowser) =>
  ({
    kind: 'started',
    browser: undefined,
    device: undefined,
    question: undefined,
    note: undefined,
    noBrowser,
    input,
  }) as const;

/** Exactly the fields of the account, cut and in their form. Throws `invalid_request`, never with a value. */
function readFields(account: Account, loginId: string, entered: Entered['fields']): Given {
  const { fields } = account.settings;
  const details = { account: account.id, loginId };
  const unknown = Object.keys(entered).find((name) => !fields.some((field) => field.name === name));
  if (unknown !== undefined) {
    const known = fields.map(({ name }) => name).join(', ');
    throw new KeytrayError('invalid_request', `there is no such field; this sign-in takes ${known}`, details);
  }
  const pairs = fields.map((field) => {
    const value = entered[field.name]?.trim();
    if (value === undefined) throw new KeytrayError('invalid_request', `${field.title} is missing`, details);
    const problem = fieldProblem(field, value);
    if (problem !== undefined) throw new KeytrayError('invalid_request', problem, details);
    return [field.name, new Secret(value)] as const;
  });
  return Object.fromEntries(pairs);
}
