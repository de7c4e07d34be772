import type { FoundAccount } from '../../../core/imports/found.ts';

/** An account that was found, with what the secrets are. */
export const told = ({ id, fields, secrets, notes }: FoundAccount) => ({
  id,
  fields,
  secrets: Object.fromEntries([...secrets].map(([name, secret]) => [name, secret.reveal()])),
  notes,
});
