import { z } from '@hono/zod-openapi';

/** What cures a failure, where its code alone does not say. More may come. */
export const fixSchema = z.string().openapi({ example: 'check_client_secret' });
/** What to do, in a sentence for people, where there is no `fix`. */
export const adviceSchema = z.string();
/** The protocol's own words for a failure, for those who ask. */
export const detailSchema = z.string().openapi({ example: 'invalid_client' });

export const errorSchema = z
  .object({
    error: z.string(),
    error_description: z.string(),
    account: z.string().optional(),
    login_id: z.string().optional(),
    retry_after: z.number().optional(),
    fix: fixSchema.optional(),
    advice: adviceSchema.optional(),
    detail: detailSchema.optional(),
  })
  .openapi('Error');
export type ErrorView = z.infer<typeof errorSchema>;
