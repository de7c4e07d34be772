import type { AccountConfig, Config } from '../../core/config/config.ts';
import { formatConfigError } from '../../core/config/config-error.ts';
import { readConfig } from '../../core/config/read-config.ts';
import { resolveAccount } from '../../core/config/resolve.ts';
import { KeytrayError } from '../../core/errors.ts';
import { services } from '../../core/services/registry.ts';
import type { AccountSettings, Service } from '../../core/services/service.ts';
import type { ApiParts } from './parts.ts';

/** An account as its file says it, and merged over its service. */
export interface ConfiguredAccount {
  readonly config: AccountConfig;
  readonly service: Service;
  readonly settings: AccountSettings;
  /** False in a drop-in, which Keytray only reads. */
  readonly editable: boolean;
}

/** The configuration as it stands in the files; `misconfigured` where it cannot be used. */
export async function readConfigured({ config }: Pick<ApiParts, 'config'>): Promise<Config> {
  const read = await readConfig(config.sources);
  if (read.kind === 'ok') return read.config;
  throw new KeytrayError('misconfigured', read.errors.map(formatConfigError).join('\n'));
}

export async function configuredAccounts(parts: Pick<ApiParts, 'config'>): Promise<readonly ConfiguredAccount[]> {
  const { accounts } = await readConfigured(parts);
  return [...accounts.values()].flatMap((account) => {
    const service = services.get(account.service);
    if (service === undefined) return [];
    const editable = account.position.file === parts.config.sources.file;
    return [{ config: account, service, settings: resolveAccount(account, service), editable }];
  });
}

export async function configuredAccount(parts: Pick<ApiParts, 'config'>, id: string): Promise<ConfiguredAccount> {
  const found = (await configuredAccounts(parts)).find(({ config }) => config.id === id);
  if (found !== undefined) return found;
  throw new KeytrayError('unknown_account', `there is no account ${id}`, { account: id });
}
