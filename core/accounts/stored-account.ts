import { z } from 'zod';
import { Secret } from '../secret.ts';
import { type GrantKind, grantKinds } from '../services/grant.ts';
import { isSecretText, isTokenText } from '../untrusted/token-text.ts';
import { isGiven } from './renewal.ts';
import { recordOf, recordSchema, storedRecord, type TokenRecord } from './token-record.ts';

/** What a person gave for an account, by the names of the fields and in their order. */
export interface KeptSecrets {
  readonly values: Readonly<Record<string, Secret>>;
  /** The origins they were given for; undefined where an earlier version did not note them. */
  readonly origins: readonly string[] | undefined;
}

export const noSecrets: KeptSecrets = { values: {}, origins: undefined };

/** All there is of one account in its store: one item, so that no part of it can be of another time than the rest. */
export interface StoredAccount {
  readonly grant: GrantKind;
  /** Undefined where this item does not tell: an earlier version kept a client secret in an item of its own. */
  readonly secrets: KeptSecrets | undefined;
  readonly record: TokenRecord | undefined;
}

/** What the text of an item turned out to be. */
export type ParsedAccount =
  | { readonly kind: 'account'; readonly account: StoredAccount }
  /** Not an account: the caller says `corrupt`, never `empty`. */
  | { readonly kind: 'corrupt' }
  /** Written by a newer Keytray: it may hold a refresh token that works, so nothing may replace it. */
  | { readonly kind: 'unknown_version' };

const secretsSchema = z.object({
  values: z.record(z.string(), z.string().refine(isSecretText)),
  origins: z.array(z.string()).optional(),
});
const versionTwo = z
  .object({
    version: z.literal(2),
    grant: z.enum(grantKinds),
    secrets: secretsSchema.optional(),
    record: recordSchema.optional(),
  })
  // What is given is the credential itself, and goes into headers.
  .refine(({ grant, secrets }) => !isGiven(grant) || Object.values(secrets?.values ?? {}).every(isTokenText));
/** The tokens of a sign-in by browser, the only ones there were. */
const versionOne = recordSchema.extend({ version: z.literal(1), access: z.string().refine(isTokenText) });

const newer = z.union([
  z.object({ version: z.unknown().refine((version) => version !== undefined && version !== 1 && version !== 2) }),
  z.object({ version: z.literal(2), grant: z.string().refine((grant) => !grantKinds.some((kind) => kind === grant)) }),
]);

/** Whether an item that holds this can be read again: one that cannot takes the record with it. */
export const isKeepable = (secret: Secret): boolean => isSecretText(secret.reveal());

export function serializeAccount({ grant, secrets, record }: StoredAccount): Secret {
  const values = Object.entries(secrets?.values ?? {}).map(([name, value]) => [name, value.reveal()]);
  const stored: z.input<typeof versionTwo> = {
    version: 2,
    grant,
    secrets: secrets && { values: Object.fromEntries(values), origins: secrets.origins && [...secrets.origins] },
    record: record && storedRecord(record, isGiven(record.grant)),
  };
  return new Secret(JSON.stringify(stored));
}

export function parseAccount(item: Secret): ParsedAccount {
  let json: unknown;
  try {
    json = JSON.parse(item.reveal());
  } catch {
    return { kind: 'corrupt' };
  }
  if (newer.safeParse(json).success) return { kind: 'unknown_version' };
  const first = versionOne.safeParse(json);
  if (first.success) return accountOf('authorization_code', undefined, first.data);
  const second = versionTwo.safeParse(json);
  if (!second.success) return { kind: 'corrupt' };
  const { grant, secrets, record } = second.data;
  const values = Object.entries(secrets?.values ?? {}).map(([name, value]) => [name, new Secret(value)] as const);
  return accountOf(grant, secrets && { values: Object.fromEntries(values), origins: secrets.origins }, record);
}

function accountOf(
  grant: GrantKind,
  secrets: KeptSecrets | undefined,
  stored: z.output<typeof recordSchema> | undefined,
): ParsedAccount {
  if (stored === undefined) return { kind: 'account', account: { grant, secrets, record: undefined } };
  const [given] = isGiven(grant) ? Object.values(secrets?.values ?? {}) : [];
  const record = recordOf(stored, grant, given);
  return record === undefined ? { kind: 'corrupt' } : { kind: 'account', account: { grant, secrets, record } };
}
