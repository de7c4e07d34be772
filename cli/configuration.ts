import type { Config } from '../core/config/config.ts';
import type { ConfigSources } from '../core/config/read-config.ts';
import { KeytrayError } from '../core/errors.ts';
import type { AccountSettings } from '../core/services/service.ts';
import { usageFailure } from './failure.ts';
import type { Environment } from './output/colour.ts';

/** The files this environment names: the same the broker reads when started from it. */
export async function configSources(env: Environment): Promise<ConfigSources> {
  const { configFile, dropInFolders } = await import('../core/config/paths.ts');
  return { file: configFile(env), dropIns: dropInFolders(env), uid: process.getuid?.() ?? 0 };
}

/** The configuration as it stands in the files. A wrong one is a failure that names the line and the fix. */
export async function loadConfig(env: Environment): Promise<Config> {
  const { formatConfigError, readConfig } = await import('../core/config/read-config.ts');
  const read = await readConfig(await configSources(env));
  if (read.kind === 'ok') return read.config;
  const [first, ...more] = read.errors;
  if (first === undefined) throw usageFailure('the configuration cannot be read', 'Look at the file.');
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const fix = first.fix === '' ? 'Correct this line; Keytray reads the file again by itself.' : first.fix;
  throw usageFailure(`${formatConfigError({ ...first, fix: '' })}${others}`, fix);
}

/** One account with its service's preset merged in. */
export async function resolveConfigured(config: Config, id: string): Promise<AccountSettings> {
  const account = config.accounts.get(id);
  if (account === undefined) {
    throw new KeytrayError('unknown_account', `there is no account named ${JSON.stringify(id)}`, { account: id });
  }
  const [{ services }, { resolveAccount }] = await Promise.all([
    import('../core/services/registry.ts'),
    import('../core/config/resolve.ts'),
  ]);
  const service = services.get(account.service);
  if (service === undefined) {
    throw usageFailure(`${id}: there is no service ${account.service}`, 'See which there are: keytray services list');
  }
  return resolveAccount(account, service);
}
