import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../../secret.ts';

/** The item that is always there once Keytray has used a keychain; no account id can have this name. */
export const sentinelItem = '.keytray';

const storedSchema = z.object({
  version: z.literal(1),
  journal_key: z.string().refine((text) => Buffer.from(text, 'base64').length === 32),
});

/** 32 random bytes in base64. */
export function newJournalKey(): Secret {
  return new Secret(randomBytes(32).toString('base64'));
}

export function serializeSentinel(journalKey: Secret): Secret {
  return new Secret(JSON.stringify({ version: 1, journal_key: journalKey.reveal() }));
}

/** The journal key, or undefined where the text is no sentinel of ours. */
export function parseSentinel(text: Secret): Secret | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text.reveal());
  } catch {
    return undefined;
  }
  const parsed = storedSchema.safeParse(json);
  return parsed.success ? new Secret(parsed.data.journal_key) : undefined;
}
