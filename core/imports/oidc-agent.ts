import { type ParseError, parse } from 'jsonc-parser';
import { z } from 'zod';
import { idFor } from './account-label.ts';
import { type Findings, joined, nothingFound, type SourceText } from './found.ts';
import { sourceUrl } from './source-url.ts';
import { oidcToken } from './tool-commands.ts';

const shortname = /^[A-Za-z0-9][\w.@-]*$/;
const issuers = z.array(
  z.object({ issuer: z.string(), accounts: z.array(z.string()).optional().catch(undefined) }).catch({ issuer: '' }),
);

/**
 * `issuer.config` of oidc-agent 5, which lists the accounts of each issuer. The accounts themselves are encrypted and
 * stay so: `oidc-token` hands out their tokens.
 */
export function readOidcAgent({ file, text }: SourceText): Findings {
  const errors: ParseError[] = [];
  const read = issuers.safeParse(parse(text, errors));
  if (!read.success || errors.length > 0) return nothingFound;
  return joined(read.data.flatMap(({ issuer, accounts = [] }) => accounts.map((name) => account(file, issuer, name))));
}

function account(file: string, issuer: string, name: string): Findings {
  const where = `${file}, account ${name}`;
  const address = sourceUrl(issuer);
  const why = shortname.test(name)
    ? address.kind === 'refused'
      ? address.why
      : undefined
    : 'not a name it can be asked by';
  if (why !== undefined) return { accounts: [], notes: [`${where}: ${why}`] };
  const notes = [
    'oidc-agent keeps the sign-in, and has to run where Keytray is started',
    `to sign in with Keytray itself: keytray accounts add oidc@${name.toLowerCase()} --issuer ${issuer} --client-id CLIENT_ID`,
  ];
  const fields = { service: 'oauth', grant: 'command', command: oidcToken(name) };
  return { accounts: [{ id: idFor('oidc-agent', name), fields, secrets: new Map(), where, notes }], notes: [] };
}
