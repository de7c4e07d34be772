import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { machineOf } from '../core/config/paths.ts';
import { ghToken, glabToken } from '../core/imports/tool-commands.ts';
import { usageFailure } from './failure.ts';
import type { Environment } from './output/colour.ts';

/** What is written for an account whose token such a program prints; `url` where it is not the service's own. */
export interface ToolAccount {
  readonly command: readonly string[];
  readonly url?: string | undefined;
  readonly present?: { readonly header: string };
}

/** A program that people are signed in with already, and that prints their token. */
interface ToolSignIn {
  readonly service: string;
  account(env: Environment, url: string | undefined): Promise<ToolAccount>;
}

/** The programs `accounts add --from` knows. */
export const toolNames = ['gh', 'glab', 'gcloud', 'az', 'databricks', 'vault'] as const;
export type ToolName = (typeof toolNames)[number];

/** Azure DevOps, as an application of Entra. */
const azureDevops = '499b84ac-1321-427f-aa17-267ca6975798';

export const toolSignIns: Readonly<Record<ToolName, ToolSignIn>> = {
  gh: {
    service: 'github',
    async account(env, url) {
      const folder = env.GH_CONFIG_DIR ?? join(configHome(env), 'gh');
      const host = chosenHost('gh', url, await hostsInYaml(join(folder, 'hosts.yml'), 'all'), 'github.com');
      return { command: ghToken(host), ...instanceAt(host, 'github.com', url) };
    },
  },
  glab: {
    service: 'gitlab',
    async account(env, url) {
      const folder = env.GLAB_CONFIG_DIR ?? join(configHome(env), 'glab-cli');
      const host = chosenHost('glab', url, await hostsInYaml(join(folder, 'config.yml'), 'hosts'), 'gitlab.com');
      return { command: glabToken(host), ...instanceAt(host, 'gitlab.com', url) };
    },
  },
  gcloud: {
    service: 'google',
    account: async () => ({ command: ['gcloud', 'auth', 'print-access-token'] }),
  },
  az: {
    service: 'azure-devops',
    account: async () => ({
      command: ['az', 'account', 'get-access-token', '--resource', azureDevops, '--output', 'json'],
    }),
  },
  databricks: {
    service: 'databricks',
    async account(env, url) {
      const file = env.DATABRICKS_CONFIG_FILE ?? join(machineOf(env).home, '.databrickscfg');
      const host = chosenHost('databricks', url, hostsInProfiles(await textOf(file)), undefined);
      return { command: ['databricks', 'auth', 'token', '--host', `https://${host}`], url: url ?? `https://${host}` };
    },
  },
  vault: {
    service: 'oauth',
    account: async (env, url) => ({
      command: ['vault', 'print', 'token'],
      url: url ?? (URL.canParse(env.VAULT_ADDR ?? '') ? env.VAULT_ADDR : undefined),
      present: { header: 'X-Vault-Token' },
    }),
  },
};

const configHome = (env: Environment): string =>
  env.XDG_CONFIG_HOME !== undefined && isAbsolute(env.XDG_CONFIG_HOME)
    ? env.XDG_CONFIG_HOME
    : join(machineOf(env).home, '.config');

const instanceAt = (host: string, own: string, url: string | undefined): Pick<ToolAccount, 'url'> =>
  host === own ? {} : { url: url ?? `https://${host}` };

/** The host that is asked for, else the only one the program is signed in to, else the service's own. */
function chosenHost(tool: string, url: string | undefined, hosts: readonly string[], own: string | undefined): string {
  if (url !== undefined && !URL.canParse(url)) throw usageFailure(`${url} is not a URL`, 'Write https://HOST.');
  const asked = url === undefined ? undefined : new URL(url).host;
  if (asked !== undefined) {
    if (hosts.length === 0 || hosts.includes(asked)) return asked;
    throw usageFailure(`${tool} is not signed in to ${asked}`, `It knows: ${hosts.join(', ')}`);
  }
  const [only = own] = hosts.length > 1 && own !== undefined && hosts.includes(own) ? [own] : hosts;
  if (only === undefined)
    throw usageFailure(`${tool} is not signed in anywhere`, `Sign in with ${tool}, or add --url.`);
  if (hosts.length > 1 && only !== own) {
    throw usageFailure(
      `${tool} is signed in to several hosts`,
      `Choose one: --url https://${hosts.join(', https://')}`,
    );
  }
  return only;
}

/** Undefined where there is none, or it is not ours to read. */
async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}

const hostName = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;
const mapping = z.record(z.string(), z.unknown());

async function hostsInYaml(file: string, at: 'all' | 'hosts'): Promise<readonly string[]> {
  const { parse } = await import('yaml');
  try {
    const root = mapping.parse(parse(await textOf(file)));
    return Object.keys(at === 'all' ? root : mapping.parse(root.hosts)).filter((host) => hostName.test(host));
  } catch {
    return [];
  }
}

/** `host` of every profile, each once. */
function hostsInProfiles(text: string): readonly string[] {
  const hosts = [...text.matchAll(/^\s*host\s*=\s*(\S+)\s*$/gm)].flatMap(([, address = '']) => {
    const url = /^https?:/.test(address) ? address : `https://${address}`;
    return URL.canParse(url) ? [new URL(url).host] : [];
  });
  return [...new Set(hosts)];
}
