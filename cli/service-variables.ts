import type { Cli } from './cli.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { accountVariable, workspaceOf } from './local-endpoints.ts';
import { tokenText } from './token-answer.ts';

/**
 * What the clients of an account's service read, where no program of ours can stay to answer them: the token itself.
 * `exec` opens an endpoint instead.
 */
export async function serviceVariables(cli: Cli, id: string): Promise<ReadonlyMap<string, string>> {
  const config = await loadConfig(cli.env);
  if (!config.accounts.has(id)) return new Map();
  const settings = await resolveConfigured(config, id);
  const { services } = await import('../core/services/registry.ts');
  const host = services.get(settings.service)?.endpoint === 'databricks' ? workspaceOf(settings) : undefined;
  if (host === undefined) return new Map();
  const token = tokenText(await (await cli.broker()).token(id, {}), 'access');
  return new Map([['DATABRICKS_HOST', host], ...accountVariable(settings), ['DATABRICKS_TOKEN', token]]);
}
