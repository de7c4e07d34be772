import { z } from '@hono/zod-openapi';

/** The shapes that cross the socket for the encrypted file, as `schemas.ts` has the others. */

export const encryptedFileSchema = z
  .object({
    state: z.string(),
    /** Whether there is a file to unlock; without one, the first passphrase makes it. */
    present: z.boolean(),
    /** What people should know although it works. */
    note: z.string().optional(),
  })
  .openapi('EncryptedFile');
export type EncryptedFileView = z.infer<typeof encryptedFileSchema>;

const passphrase = z.string().min(1).max(1024);
export const unlockRequestSchema = z
  .strictObject({ passphrase, create: z.boolean().optional() })
  .openapi('UnlockRequest');
export const openRequestSchema = z.strictObject({ passphrase: passphrase.optional() }).openapi('OpenRequest');
export const passphraseRequestSchema = z
  .strictObject({ old: passphrase, new: passphrase })
  .openapi('PassphraseRequest');
