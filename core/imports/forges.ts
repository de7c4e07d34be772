import { parse } from 'yaml';
import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { idFor } from './account-label.ts';
import type { Findings, FoundAccount, SourceText } from './found.ts';
import { sourceUrl } from './source-url.ts';
import { ghToken, glabToken } from './tool-commands.ts';

const hostName = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;
const mapping = z.record(z.string(), z.unknown());

/** What parts the two command lines. */
interface Forge {
  readonly tool: 'gh' | 'glab';
  readonly service: string;
  readonly host: string;
  command(host: string): readonly string[];
  /** Whether somebody is signed in at a host. */
  signedIn(entry: Readonly<Record<string, unknown>>): boolean;
}

const gh: Forge = {
  tool: 'gh',
  service: 'github',
  host: 'github.com',
  command: ghToken,
  // The token itself may be in a keychain.
  signedIn: ({ user, users, oauth_token }) => [user, users, oauth_token].some(Boolean),
};

const glab: Forge = {
  tool: 'glab',
  service: 'gitlab',
  host: 'gitlab.com',
  command: glabToken,
  signedIn: ({ token, user, use_keyring }) => [token, user, use_keyring].some(Boolean),
};

/** `hosts.yml` of gh: a host each. The sign-in stays gh's, which prints a token whenever it is asked. */
export const readGh = (source: SourceText): Findings => hostsOf(source, gh, yamlOf(source));

/** `config.yml` of glab, below `hosts`. */
export function readGlab(source: SourceText): Findings {
  const hosts = mapping.safeParse(yamlOf(source).hosts);
  return hostsOf(source, glab, hosts.success ? hosts.data : {});
}

function yamlOf({ file, text }: SourceText): Readonly<Record<string, unknown>> {
  try {
    return mapping.parse(parse(text) ?? {});
  } catch {
    // The parser's own words quote what it stumbled on.
    throw new KeytrayError('invalid_request', `${file} is not a YAML mapping; fix it first`);
  }
}

function hostsOf({ file }: SourceText, forge: Forge, hosts: Readonly<Record<string, unknown>>): Findings {
  const accounts: FoundAccount[] = [];
  const notes: string[] = [];
  for (const [host, value] of Object.entries(hosts)) {
    const entry = mapping.safeParse(value);
    if (!hostName.test(host) || !entry.success || !forge.signedIn(entry.data)) continue;
    const address = sourceUrl(host);
    if (address.kind === 'refused') {
      notes.push(`${file}, ${host}: ${address.why}`);
      continue;
    }
    const own = host === forge.host;
    accounts.push({
      id: idFor(forge.service, own ? undefined : host),
      fields: {
        ...{ service: forge.service, grant: 'command', command: forge.command(host) },
        ...(own ? {} : { url: address.url }),
      },
      secrets: new Map(),
      where: `${file}, ${host}`,
      notes: [`${forge.tool} keeps the sign-in and prints its token`],
    });
  }
  return { accounts, notes };
}
