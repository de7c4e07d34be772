import { z } from 'zod';

export const herdOutcome = z.object({
  milliseconds: z.number(),
  failures: z.number(),
  /** The first few different ones. */
  reasons: z.array(z.string()),
  /** How many different tokens the herd got; one, where it shared one refresh. */
  differentAnswers: z.number(),
});
export type HerdOutcome = z.infer<typeof herdOutcome>;
