import type { CredentialHeader } from './helper.ts';

/** As curl and its kin read them, a line each. */
export const headerLines = (headers: readonly CredentialHeader[]): string =>
  headers.map(({ name, value }) => `${name}: ${value.reveal()}\n`).join('');
