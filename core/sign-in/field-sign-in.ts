import type { Account } from '../accounts/account.ts';
import { secretOrigins } from '../accounts/origins.ts';
import { wordsOf } from '../accounts/server-directory.ts';
import { Turns } from '../concurrency/turns.ts';
import { KeytrayError } from '../errors.ts';
import type { Logger } from '../ports.ts';
import { Secret } from '../secret.ts';
import { fieldProblem } from '../services/fields.ts';
import { storeFailure } from '../stores/store-failure.ts';
import type { Given, Obtaining, TryParts } from './given.ts';
import type { PendingLogin } from './pending-login.ts';
import type { PendingLogins } from './pending-logins.ts';

/** Finding a key on a page of the service takes a while. */
const deadline = 15 * 60_000;

export interface FieldSignInDependencies extends TryParts {
  readonly logins: PendingLogins;
  readonly logger: Logger;
}

/** What came back of a form: values by name, as they were typed. */
export interface Entered {
  readonly fields: Readonly<Record<string, string>>;
  /** Keep it although nobody could be asked. */
  readonly unchecked: boolean;
}

type Entry = Extract<Obtaining, { kind: 'fields' }> & { readonly account: Account; readonly turns: Turns };

/** Sign-ins by what a person enters: a form, a try, and only then the store. */
export class FieldSignIn {
  readonly #dependencies: FieldSignInDependencies;
  readonly #entries = new Map<string, Entry>();

  constructor(dependencies: FieldSignInDependencies) {
    this.#dependencies = dependencies;
  }

  /** Opens the account's pending login for input, or joins it. */
  async start(account: Account, obtaining: Extract<Obtaining, { kind: 'fields' }>): Promise<PendingLogin> {
    await account.load();
    // What is entered now could not be kept.
    if (account.state.kind === 'unreadable') throw storeFailure(account.state.trouble, account.id);
    const { clock, logins } = this.#dependencies;
    const login = logins.request(account.id);
    if (this.#entries.has(login.id)) return login;
    this.#entries.set(login.id, { ...obtaining, account, turns: new Turns() });
    const timer = clock.after(deadline, () => login.become({ kind: 'expired' }));
    void login.ended.then(() => {
      this.#entries.delete(login.id);
      timer.cancel();
    });
    const input = { fields: account.settings.fields, expiresAt: clock.now() + deadline };
    login.become({
      kind: 'started',
      browser: undefined,
      device: undefined,
      question: undefined,
      note: undefined,
      input,
    });
    return login;
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
    const { account } = entry;
    const { settings } = account;
    const given = readFields(account, login.id, fields);
    const tried = await this.#try(entry, given, unchecked);
    if (account.settings !== settings) {
      const words = `the configuration of ${account.id} changed meanwhile; nothing was stored`;
      throw new KeytrayError('misconfigured', words, { account: account.id, fix: 'sign_in' });
    }
    if (!login.open) throw new KeytrayError('unknown_login', 'this sign-in has ended', { loginId: login.id });
    const secrets = { values: given, origins: secretOrigins(settings) };
    if (tried === undefined) await account.keep(() => secrets);
    else await account.accept(tried.record, secrets);
    // What was learned with the secret of before.
    this.#dependencies.servers.forget(account.id);
    login.become({ kind: 'succeeded', identity: tried?.identity });
  }

  /** Undefined where it is kept without a token, because nobody could be asked and the person said so. */
  async #try(entry: Entry, given: Given, unchecked: boolean) {
    try {
      return await entry.tryIt(entry.account, given, this.#dependencies);
    } catch (error) {
      const { id } = entry.account;
      this.#dependencies.logger.warn('what was entered was not accepted', { account: id, why: wordsOf(error) });
      const passing = error instanceof KeytrayError && error.code === 'temporarily_unavailable';
      if (passing && unchecked) return entry.untried(entry.account, given, this.#dependencies);
      throw error;
    }
  }
}

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
