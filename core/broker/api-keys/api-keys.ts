import type { Account } from '../../accounts/account.ts';
import { NamedFlights } from '../../concurrency/shared-flight.ts';
import { NamedTurns } from '../../concurrency/turns.ts';
import { matches } from '../../credentials/api-keys/key-match.ts';
import type { ApiKeyProvider, CreatedKey, KeyOwner, ServiceKey } from '../../credentials/api-keys/provider.ts';
import { apiKeyProvider } from '../../credentials/api-keys/providers.ts';
import { KeytrayError, systemCodeOf } from '../../errors.ts';
import type { HandOutGate } from '../../hand-out/hand-out-gate.ts';
import type { ServiceCalls } from '../../hand-out/service-calls.ts';
import type { ApiKeyQuery, ApiKeyRequest, RotatedApiKeyView, RotationRequest } from '../../wire/api-key-schemas.ts';
import type { ApiKeysApi, Caller } from '../../wire/broker-api.ts';
import { abilitiesView, apiKeyView, createdKeyView, rotatedKeyView } from '../views/api-key-view.ts';
import { learnKey, tryNewKey } from './kept-keys.ts';
import { type KeyAccountDependencies, keyAccount } from './key-account.ts';
import { about, noSuchKey, notKept, perhapsMade, revokedAgain } from './key-failures.ts';
import { holdersOf } from './key-holders.ts';
import { KeyRotation, type KeyRotationDependencies, madeBy, type RotatingAccount } from './key-rotation.ts';
import { MemoryRotationNotes, type RotationNotes } from './rotation-notes.ts';
import { ServiceAsker } from './service-asker.ts';

export interface ApiKeysDependencies extends KeyAccountDependencies, Omit<KeyRotationDependencies, 'notes'> {
  readonly calls: Pick<ServiceCalls, 'ask'>;
  readonly gate: Pick<HandOutGate, 'check'>;
  /** Default: a rotation is not remembered across a crash. */
  readonly rotations?: RotationNotes | undefined;
}

/** The API keys an account has at its service, as the local API asks for them. */
export class ApiKeys implements ApiKeysApi {
  readonly #dependencies: ApiKeysDependencies;
  readonly #notes: RotationNotes;
  readonly #rotations = new NamedFlights<RotatedApiKeyView>();
  readonly #turns = new NamedTurns();

  constructor(dependencies: ApiKeysDependencies) {
    this.#dependencies = dependencies;
    this.#notes = dependencies.rotations ?? new MemoryRotationNotes();
  }

  /** The accounts have been read: says which rotation an earlier process has not ended. */
  async start(): Promise<void> {
    for (const account of this.#dependencies.accounts.all()) {
      if (account.settings.apiKeys !== undefined) await this.#remark(account);
    }
  }

  readonly list: ApiKeysApi['list'] = (id, query) =>
    this.#at(id, async ({ account, provider }) => {
      if (query.fingerprint !== undefined && !provider.can.fingerprint) {
        throw new KeytrayError('invalid_request', `${provider.title} shows no fingerprint of a key`);
      }
      const owner = ownerOf(query);
      const keys = await provider.list(owner);
      const held = await this.#held(account, keys, owner);
      const listed = keys.filter((key) => matches(query, key));
      return { keys: listed.map((key) => apiKeyView(key, held(key))), can: abilitiesView(provider.can) };
    });

  readonly show: ApiKeysApi['show'] = (id, key, query) =>
    this.#at(id, async ({ account, provider }) => {
      const owner = ownerOf(query);
      const keys = await provider.list(owner);
      const found = findKey(keys, key, account, provider);
      return apiKeyView(found, (await this.#held(account, keys, owner))(found));
    });

  readonly create: ApiKeysApi['create'] = (id, request, caller) =>
    this.#at(id, async (at) => {
      const { keep_as } = request;
      if (keep_as === undefined) return createdKeyView(await this.#createFor(at, request, caller));
      return await this.#turns.take(`keep ${keep_as}`, () => this.#createKept(at, request, keep_as));
    });

  readonly revoke: ApiKeysApi['revoke'] = (id, key, query) =>
    this.#at(id, async ({ account, provider }) => {
      const owner = ownerOf(query);
      findKey(await provider.list(owner), key, account, provider);
      await revokeListed(provider, key, owner);
      this.#dependencies.logger.info('an API key was revoked', { account: account.id, key });
    });

  readonly revokeSecret: ApiKeysApi['revokeSecret'] = (id, secret) =>
    this.#at(id, async ({ account, provider }) => {
      await provider.revoke({ secret });
      this.#dependencies.logger.info('an API key was revoked by its secret', { account: account.id });
    });

  readonly rotate: ApiKeysApi['rotate'] = (id, key, request) =>
    // Who asks twice gets one new key.
    this.#rotations.join(JSON.stringify([id, key, request.days]), () =>
      this.#at(id, (at) =>
        this.#turns.take(`rotate ${at.account.settings.service} ${at.account.settings.url}`, () =>
          this.#rotate(at, key, request),
        ),
      ),
    );

  async #rotate(at: RotatingAccount, key: string, { days }: RotationRequest): Promise<RotatedApiKeyView> {
    const rotation = new KeyRotation(at, { ...this.#dependencies, notes: this.#notes });
    try {
      return rotatedKeyView(await rotation.rotate(key, days));
    } finally {
      await this.#remark(at.account);
    }
  }

  /** What cannot be read is told when somebody rotates. */
  async #remark(account: Account): Promise<void> {
    const left = await this.#notes.of(account.id).catch(() => []);
    account.remarks.noteBrokenRotation(left[0]?.old);
  }

  /** Whoever asked has gone, and with them the only one who would have been told the secret. */
  async #createFor(
    at: RotatingAccount,
    request: ApiKeyRequest,
    { signal }: Pick<Caller, 'signal'>,
  ): Promise<CreatedKey> {
    const made = await this.#make(at, request);
    if (!signal.aborted) return made;
    await revokedAgain(at.provider, made.key.id);
    throw new KeytrayError('temporarily_unavailable', 'the client disconnected; the new key was revoked again');
  }

  async #createKept(at: RotatingAccount, request: ApiKeyRequest, id: string) {
    const target = await keyAccount(id, at.account, this.#dependencies);
    try {
      const made = await this.#make(at, request);
      await this.#keep(at, made, target.account);
      return { key: apiKeyView(made.key, [id]), account: id };
    } catch (error) {
      await target.undo().catch((trouble: unknown) => {
        this.#dependencies.logger.warn('an account without a key stays in the configuration', {
          account: id,
          why: systemCodeOf(trouble),
        });
      });
      throw error;
    }
  }

  async #keep({ account, provider }: RotatingAccount, made: CreatedKey, target: Account): Promise<void> {
    try {
      await (await tryNewKey(target, made, this.#dependencies, 'keep')).keep();
    } catch (error) {
      if (!(error instanceof KeytrayError)) throw error;
      throw notKept(error, account.id, made.key.name, await revokedAgain(provider, made.key.id));
    }
  }

  async #make({ account, provider, asker }: RotatingAccount, request: ApiKeyRequest): Promise<CreatedKey> {
    const { name, days, owner } = request;
    try {
      const made = await provider.create({ name, days, owner });
      this.#dependencies.logger.info('an API key was created', { account: account.id, key: made.key.id });
      return made;
    } catch (error) {
      if (error instanceof KeytrayError && asker.mayHaveHappened(error)) throw perhapsMade(error, account.id, name);
      throw error;
    }
  }

  /** The accounts that have each of the keys; what is new about theirs is noted. */
  async #held(account: Account, keys: readonly ServiceKey[], owner: KeyOwner) {
    const all = [...this.#dependencies.accounts.all()];
    for (const other of all) if (other.settings.apiKeys !== undefined) await other.load();
    const lost = await this.#lost(account, keys);
    const among = owner === 'own' ? keys.filter((key) => !lost.includes(key)) : [];
    const holders = holdersOf(account, all, keys, among);
    for (const key of keys) for (const holder of holders.get(key.id) ?? []) await learnKey(holder, key);
    return ({ id }: ServiceKey): readonly string[] => (holders.get(id) ?? []).map((holder) => holder.id);
  }

  /** Made by a rotation that was broken off. Notes that cannot be read keep no list from being shown. */
  async #lost({ id }: Account, keys: readonly ServiceKey[]): Promise<readonly ServiceKey[]> {
    const notes = await this.#notes.of(id).catch(() => []);
    return notes.flatMap((note) => madeBy(note, keys));
  }

  async #at<T>(id: string, work: (at: RotatingAccount) => Promise<T>): Promise<T> {
    const { find, gate, calls, clock } = this.#dependencies;
    const account = await find(id);
    gate.check(account.id);
    const { apiKeys, title } = account.settings;
    if (apiKeys === undefined) {
      throw new KeytrayError('invalid_request', `${title} has no API keys that Keytray can manage`, {
        account: account.id,
        advice: 'Create and revoke its keys on its own pages.',
      });
    }
    const asker = new ServiceAsker(account, calls);
    const provider = apiKeyProvider(apiKeys, asker.ask, () => clock.now());
    return await about(account.id, () => work({ account, provider, asker }));
  }
}

const ownerOf = ({ all_users, email }: ApiKeyQuery): KeyOwner =>
  all_users === true || email !== undefined ? 'all' : 'own';

function findKey(keys: readonly ServiceKey[], id: string, account: Account, { title }: ApiKeyProvider): ServiceKey {
  const found = keys.find((key) => key.id === id);
  if (found === undefined) throw noSuchKey(account.id, title);
  return found;
}

/** One that was there and is not any more was revoked by a request whose answer was lost. */
async function revokeListed(provider: ApiKeyProvider, id: string, owner: KeyOwner): Promise<void> {
  try {
    await provider.revoke({ id, owner });
  } catch (error) {
    if (!(error instanceof KeytrayError) || error.code !== 'not_found') throw error;
  }
}
