import { KeytrayError } from '../errors.ts';
import { needsSecret } from '../oauth/authorization-server.ts';
import type { Secret } from '../secret.ts';
import type { AccountSettings } from '../services/service.ts';
import type { SecretStore } from '../stores/secret-store.ts';
import { storeFailure } from '../stores/store-failure.ts';

const itemOf = (account: string): string => `${account}#client-secret`;

/** Every item an account may have in its store. */
export const itemsOf = (account: string): readonly string[] => [account, itemOf(account)];

export interface ClientSecretDependencies {
  readonly settings: () => AccountSettings;
  readonly store: SecretStore;
  /** Another secret is in force. */
  readonly changed: () => void;
}

/** The client secret of one account, an item of its own beside the record. */
export class ClientSecret {
  readonly #dependencies: ClientSecretDependencies;
  /** Kept once read: a keychain locked later must not end the refreshing. */
  #known: { readonly value: Secret | undefined } | undefined;

  constructor(dependencies: ClientSecretDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether there is one, expected or not; undefined while the store has not told. */
  get stored(): boolean | undefined {
    return this.#known === undefined ? undefined : this.#known.value !== undefined;
  }

  /** Undefined for a public client. Throws where the store would not tell, or holds none and one is required. */
  async value(): Promise<Secret | undefined> {
    const settings = this.#dependencies.settings();
    const { clientSecret } = settings;
    if (clientSecret === 'none') return undefined;
    if (this.#known?.value !== undefined) return this.#known.value;
    if (this.#known === undefined || clientSecret === 'required') await this.#read();
    const value = this.#known?.value;
    if (value !== undefined || clientSecret === 'optional' || settings.secretForBrowserOnly === true) return value;
    throw needsSecret(settings);
  }

  /** Throws `invalid_request` where the client is public, and where the store refuses. */
  async set(secret: Secret): Promise<void> {
    const { clientSecret, title, clientId, id: account } = this.#dependencies.settings();
    if (clientSecret === 'none') {
      const message = `the client ${clientId} of ${title} has no secret`;
      throw new KeytrayError('invalid_request', message, { account, fix: 'no_client_secret' });
    }
    const written = await this.#dependencies.store.write(itemOf(account), secret);
    if (written.kind !== 'durable') throw storeFailure(written, account);
    this.#become(secret);
  }

  /** Throws where the store refuses; the secret is then still in force. */
  async remove(): Promise<void> {
    const { id: account } = this.#dependencies.settings();
    const removed = await this.#dependencies.store.remove(itemOf(account));
    if (removed.kind !== 'removed') throw storeFailure(removed, account);
    this.#become(undefined);
  }

  /** The person may have changed or deleted the item in the keychain: true where it is another now. Never throws. */
  async reread(): Promise<boolean> {
    const before = this.#known;
    await this.#read().catch(() => undefined);
    const now = this.#known;
    if (before === undefined || now === undefined || before === now) return false;
    if (before.value === undefined || now.value === undefined)
      return before.value !== undefined || now.value !== undefined;
    return !before.value.equals(now.value);
  }

  /** Reads it with the record, while the store is open. Never throws. */
  async load(): Promise<void> {
    if (this.#known === undefined) await this.#read().catch(() => undefined);
  }

  /** The next use reads the store again. */
  forget(): void {
    this.#known = undefined;
  }

  #become(value: Secret | undefined): void {
    this.#known = { value };
    this.#dependencies.changed();
  }

  async #read(): Promise<void> {
    const { id: account } = this.#dependencies.settings();
    const found = await this.#dependencies.store.read(itemOf(account));
    if (found.kind !== 'found' && found.kind !== 'empty') throw storeFailure(found, account);
    this.#known = { value: found.kind === 'found' ? found.value : undefined };
  }
}
