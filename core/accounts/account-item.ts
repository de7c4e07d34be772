import type { GrantKind } from '../services/grant.ts';
import type { SecretStore, StoreTrouble } from '../stores/secret-store.ts';
import { storeFailure } from '../stores/store-failure.ts';
import { isKeepable, type KeptSecrets, noSecrets, parseAccount, serializeAccount } from './stored-account.ts';
import type { TokenRecord } from './token-record.ts';

/** Where earlier versions kept the client secret. */
const besideOf = (account: string): string => `${account}#client-secret`;

/** Every item an account may have in its store. */
export const itemsOf = (account: string): readonly string[] => [account, besideOf(account)];

export type ItemReading =
  /** `secrets` is undefined where the store would not tell of the item beside it. */
  | { readonly kind: 'account'; readonly record: TokenRecord | undefined; readonly secrets: KeptSecrets | undefined }
  | { readonly kind: 'corrupt'; readonly secrets: KeptSecrets | undefined }
  | { readonly kind: 'unknown_version' }
  | { readonly kind: 'trouble'; readonly trouble: StoreTrouble };

/** The item of one account, and what is known of it. What earlier versions kept beside it moves into it with the first write. */
export class AccountItem {
  readonly #id: string;
  readonly #store: SecretStore;
  readonly #grant: () => GrantKind;
  #record: TokenRecord | undefined;
  #secrets: KeptSecrets | undefined;
  #beside = false;

  /** `grant`: the account's own, where there is no record that names one. */
  constructor(id: string, store: SecretStore, grant: () => GrantKind) {
    this.#id = id;
    this.#store = store;
    this.#grant = grant;
  }

  /** The record the store holds, of whatever registration; undefined also where it has not told. */
  get record(): TokenRecord | undefined {
    return this.#record;
  }

  /** What a person gave; undefined where the store has not told. */
  get secrets(): KeptSecrets | undefined {
    return this.#secrets;
  }

  async read(): Promise<ItemReading> {
    const reading = await this.#read();
    this.#record = reading.kind === 'account' ? reading.record : undefined;
    this.#secrets = 'secrets' in reading ? reading.secrets : undefined;
    return reading;
  }

  /** The secrets, where the store would not tell of those of an earlier version at once. Throws while it does not. */
  async readSecrets(): Promise<KeptSecrets> {
    this.#secrets ??= await this.#readBeside();
    return this.#secrets;
  }

  /** All there is, as one item. Throws where the store refuses: what it held before is then still there. */
  async write(record: TokenRecord | undefined, secrets: KeptSecrets | undefined): Promise<void> {
    const grant = record?.grant ?? this.#grant();
    const nothing = record === undefined && Object.keys(secrets?.values ?? {}).length === 0;
    if (nothing) await this.#removeAll();
    else {
      const written = await this.#store.write(this.#id, serializeAccount({ grant, secrets, record }));
      if (written.kind !== 'durable') throw storeFailure(written, this.#id);
      if (this.#beside && secrets !== undefined) {
        const removed = await this.#store.remove(besideOf(this.#id));
        this.#beside = removed.kind !== 'removed';
      }
    }
    this.#record = record;
    this.#secrets = secrets;
  }

  /** The next use reads the store again. */
  forget(): void {
    this.#record = undefined;
    this.#secrets = undefined;
  }

  async #read(): Promise<ItemReading> {
    const found = await this.#store.read(this.#id);
    if (found.kind !== 'found' && found.kind !== 'empty') return { kind: 'trouble', trouble: found };
    if (found.kind === 'empty') return { kind: 'account', record: undefined, secrets: await this.#tryBeside() };
    const parsed = parseAccount(found.value);
    switch (parsed.kind) {
      case 'unknown_version':
        return parsed;
      case 'corrupt':
        return { kind: 'corrupt', secrets: await this.#tryBeside() };
      case 'account': {
        const { record, secrets } = parsed.account;
        return { kind: 'account', record, secrets: secrets ?? (await this.#tryBeside()) };
      }
    }
  }

  async #readBeside(): Promise<KeptSecrets> {
    const found = await this.#store.read(besideOf(this.#id));
    if (found.kind !== 'found' && found.kind !== 'empty') throw storeFailure(found, this.#id);
    if (found.kind === 'empty') return noSecrets;
    this.#beside = true;
    if (!isKeepable(found.value)) return noSecrets;
    return { values: { client_secret: found.value }, origins: undefined };
  }

  async #tryBeside(): Promise<KeptSecrets | undefined> {
    return await this.#readBeside().catch(() => undefined);
  }

  async #removeAll(): Promise<void> {
    for (const item of [this.#id, ...(this.#beside ? [besideOf(this.#id)] : [])]) {
      const removed = await this.#store.remove(item);
      if (removed.kind !== 'removed') throw storeFailure(removed, this.#id);
    }
    this.#beside = false;
  }
}
