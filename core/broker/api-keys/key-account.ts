import type { Account } from '../../accounts/account.ts';
import { isGiven } from '../../accounts/renewal.ts';
import { KeytrayError } from '../../errors.ts';
import { type GrantKind, traitsOf } from '../../services/grant.ts';
import type { Present } from '../../services/present.ts';
import { services } from '../../services/registry.ts';
import type { AccountSettings } from '../../services/service.ts';
import { assertKeeps } from './kept-keys.ts';
import { sameService } from './key-holders.ts';

/** Writes accounts into the configuration, and reads it again. Rejects with `KeytrayError`. */
export interface AccountsFile {
  add(id: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface KeyAccountDependencies {
  /** Reads the configuration where the account is not known. Throws `unknown_account`. */
  readonly find: (id: string) => Promise<Account>;
  /** Default: an account must be there before it can keep a key. */
  readonly accountsFile?: AccountsFile | undefined;
}

/** An account that is about to be given a key. */
export interface KeyAccount {
  readonly account: Account;
  /** It is given none: gone again, if it was made for this. */
  undo(): Promise<void>;
}

/**
 * The account `id` for a key that is made with `source`: a new one beside it, or one that is there and has no key. Throws
 * `invalid_request` for any other, so that no sign-in is overwritten.
 */
export async function keyAccount(
  id: string,
  source: Account,
  dependencies: KeyAccountDependencies,
): Promise<KeyAccount> {
  const known = await findAccount(id, dependencies);
  if (known !== undefined) {
    await assertFree(known, source);
    return { account: known, undo: async () => undefined };
  }
  const { accountsFile } = dependencies;
  if (accountsFile === undefined) {
    throw new KeytrayError('unknown_account', `there is no account named ${id} that could keep the key`, {
      account: id,
    });
  }
  await accountsFile.add(id, fieldsBeside(source.settings));
  const undo = () => accountsFile.remove(id);
  try {
    const account = await dependencies.find(id);
    await assertFree(account, source);
    return { account, undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

async function findAccount(id: string, { find }: KeyAccountDependencies): Promise<Account | undefined> {
  try {
    return await find(id);
  } catch (error) {
    if (error instanceof KeytrayError && error.code === 'unknown_account') return undefined;
    throw error;
  }
}

async function assertFree(account: Account, source: Account): Promise<void> {
  const { id, settings } = account;
  const refused = (why: string) =>
    new KeytrayError('invalid_request', `${id} ${why}`, {
      account: id,
      advice: 'Name another account for the new key.',
    });
  if (!isGiven(settings.grant.kind)) throw refused('does not take an API key');
  if (!sameService(settings, source.settings)) throw refused('belongs to another service or address');
  await assertKeeps(account);
  if (account.state.kind !== 'signed_out' || account.generation > 0) throw refused('already has a key');
}

/** The same place by the same way, as the configuration spells it. */
function fieldsBeside(settings: AccountSettings): Readonly<Record<string, unknown>> {
  const { service, url, settings: facts, tls, environment, store, grant, username } = settings;
  const trust = { ...(tls.ca !== undefined && { ca: tls.ca }), ...(tls.verify ? {} : { verify: false }) };
  const present = isGiven(grant.kind) ? ownPresent(settings) : undefined;
  return {
    service,
    grant: givenGrant(settings),
    ...(url !== undefined && { url }),
    ...(Object.keys(facts).length > 0 && { settings: facts }),
    ...(Object.keys(trust).length > 0 && { tls: trust }),
    ...(environment !== undefined && { environment }),
    ...(store !== 'keychain' && traitsOf(grant.kind).kept === 'store' && { store }),
    ...(present !== undefined && { present: present.kind === 'header' ? { header: present.name } : present.kind }),
    ...(present?.kind === 'basic' && username !== '' && { username }),
  };
}

/** How the service takes a key. */
const givenGrant = ({ service }: AccountSettings): GrantKind | undefined => services.get(service)?.grants.find(isGiven);

/** Undefined where it is what the service wants anyway. */
function ownPresent({ service, present, grant }: AccountSettings): Present | undefined {
  const preset = services.get(service)?.present?.[grant.kind] ?? { kind: 'bearer' };
  return JSON.stringify(preset) === JSON.stringify(present) ? undefined : present;
}
