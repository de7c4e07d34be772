import type { Account } from '../accounts/account.ts';
import type { AskService } from '../credentials/api-keys/provider.ts';
import type { RoleCredentials } from '../credentials/aws-role.ts';
import { readRegistryKeys } from '../credentials/registry-aws-keys.ts';
import { KeytrayError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { DerivedCredentials } from './derived-credentials.ts';

export interface RegistryAwsKeysDependencies {
  readonly askService: (account: Account) => AskService;
  readonly clock: Pick<Clock, 'now'>;
}

/** Keys of AWS that a registry gives to whoever is signed in: one request for all who ask, in memory only. */
export class RegistryAwsKeys {
  readonly #askService: RegistryAwsKeysDependencies['askService'];
  readonly #derived: DerivedCredentials<RoleCredentials>;

  constructor({ askService, clock }: RegistryAwsKeysDependencies) {
    this.#askService = askService;
    this.#derived = new DerivedCredentials({ clock });
  }

  /** Throws `KeytrayError`. */
  async credentials(account: Account): Promise<RoleCredentials> {
    const path = account.settings.catalog?.awsKeys;
    if (path === undefined) {
      throw new KeytrayError('invalid_request', `${account.settings.title} gives no AWS credentials of its own`, {
        account: account.id,
      });
    }
    await account.load();
    return await this.#derived.credentials({
      account: account.id,
      // Another sign-in means another person, and another registry other keys.
      key: () =>
        JSON.stringify([account.id, account.record?.signedInAt ?? 0, account.record?.endpoints?.service ?? '']),
      obtain: () => this.#ask(account, path),
    });
  }

  /** The account was signed out, or is another person's now. */
  forget(account: string): void {
    this.#derived.forget(account);
  }

  async #ask(account: Account, path: string): Promise<RoleCredentials> {
    const { title, check } = account.settings;
    const reply = await this.#askService(account)({ method: 'GET', path });
    return readRegistryKeys(reply, title, check?.check.failures ?? []);
  }
}
