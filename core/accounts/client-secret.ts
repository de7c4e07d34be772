import { KeytrayError } from '../errors.ts';
import type { SecretStore } from '../keychain/secret-store.ts';
import type { Secret } from '../secret.ts';
import type { AccountSettings } from '../services/service.ts';
import { storeFailure } from './store-failure.ts';

const itemOf = (account: string): string => `${account}#client-secret`;

/** Every item an account may have in its store. */
export const itemsOf = (account: string): readonly string[] => [account, itemOf(account)];

/** The client secret of one account, an item of its own beside the record. */
export class ClientSecret {
  readonly #account: string;
  readonly #store: SecretStore;
  /** Kept once read: a keychain locked later must not end the refreshing. */
  #known: { readonly value: Secret | undefined } | undefined;

  constructor(account: string, store: SecretStore) {
    this.#account = account;
    this.#store = store;
  }

  /** Undefined for a public client. Throws where the store would not tell, or holds none and one is required. */
  async value(settings: AccountSettings): Promise<Secret | undefined> {
    if (settings.clientSecret === 'none') return undefined;
    this.#known ??= await this.#read(settings);
    return this.#known.value;
  }

  /** Throws where the store refuses. */
  async set(secret: Secret): Promise<void> {
    const written = await this.#store.write(itemOf(this.#account), secret);
    if (written.kind !== 'durable') throw storeFailure(written, this.#account);
    this.#known = { value: secret };
  }

  /** The next use reads the store again. */
  forget(): void {
    this.#known = undefined;
  }

  async #read(settings: AccountSettings): Promise<{ readonly value: Secret | undefined }> {
    const found = await this.#store.read(itemOf(this.#account));
    if (found.kind === 'found') return { value: found.value };
    if (found.kind !== 'empty') throw storeFailure(found, this.#account);
    if (settings.clientSecret === 'optional') return { value: undefined };
    throw new KeytrayError(
      'misconfigured',
      `${settings.title} needs a client secret: keytray accounts set-secret ${this.#account}`,
      { account: this.#account },
    );
  }
}
