import { KeytrayError } from '../errors.ts';
import { needsSecret } from '../oauth/authorization-server.ts';
import type { Secret } from '../secret.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import { withGiven } from './kept-secrets.ts';
import { isKeepable, type KeptSecrets } from './stored-account.ts';

/** What a client secret needs of the account whose it is. */
export interface SecretHolder {
  readonly settings: AccountSettings;
  /** As far as the store has told. */
  readonly knownSecrets: KeptSecrets | undefined;
  /** Throws where the store would not tell. */
  secrets(): Promise<KeptSecrets>;
  /** Throws where the store refuses; what was in force before still is. */
  keep(change: (before: KeptSecrets) => KeptSecrets): Promise<void>;
}

const field = 'client_secret';

/** The client secret of one account, among what a person gave for it. */
export class ClientSecret {
  readonly #holder: SecretHolder;

  constructor(holder: SecretHolder) {
    this.#holder = holder;
  }

  /** Whether there is one, expected or not; undefined while the store has not told. */
  get stored(): boolean | undefined {
    const known = this.#holder.knownSecrets;
    return known === undefined ? undefined : known.values[field] !== undefined;
  }

  /** Undefined for a public client. Throws where the store would not tell, or holds none and one is required. */
  async value(): Promise<Secret | undefined> {
    const settings = this.#holder.settings;
    const { clientSecret } = settings;
    if (clientSecret === 'none') return undefined;
    const value = (await this.#holder.secrets()).values[field];
    if (value !== undefined || clientSecret === 'optional' || settings.secretForBrowserOnly === true) return value;
    throw needsSecret(settings);
  }

  /** Throws `invalid_request` where the client is public or this cannot be its secret, and where the store refuses. */
  async set(secret: Secret): Promise<void> {
    const { clientSecret, title, clientId, id: account } = this.#holder.settings;
    if (clientSecret === 'none') {
      const message =
        clientId === '' ? `${title} has no client secret` : `the client ${clientId} of ${title} has no secret`;
      throw new KeytrayError('invalid_request', message, { account, fix: 'no_client_secret' });
    }
    if (!isKeepable(secret)) {
      const advice = 'Copy it again, and only it.';
      const message = 'a client secret is one line without control characters';
      throw new KeytrayError('invalid_request', message, { account, advice });
    }
    await this.#holder.keep((before) => withSecret(before, secret, this.#holder.settings));
  }

  /** Throws where the store refuses; the secret is then still in force. */
  async remove(): Promise<void> {
    await this.#holder.keep(({ values: { [field]: _removed, ...values }, origins }) => ({ values, origins }));
  }
}

/** For which servers a client secret is counts where it is the credential itself. */
function withSecret(before: KeptSecrets, secret: Secret, settings: AccountSettings): KeptSecrets {
  if (traitsOf(settings.grant.kind).signIn === 'fields') return withGiven(before, field, secret, settings);
  return { values: { ...before.values, [field]: secret }, origins: before.origins };
}
