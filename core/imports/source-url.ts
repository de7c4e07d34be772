import { checkEndpointUrl } from '../config/endpoint-url.ts';

export type SourceUrl =
  | { readonly kind: 'url'; readonly url: string }
  /** `why` never repeats the address: it may hold a password. */
  | { readonly kind: 'refused'; readonly why: string };

/** The address of a service as other tools write it: a scheme may be missing, a slash too many at the end. */
export function sourceUrl(text: string): SourceUrl {
  const trimmed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  const problem = checkEndpointUrl(whole, 'issuer');
  if (problem === undefined) return { kind: 'url', url: whole.replace(/\/+$/, '') };
  return { kind: 'refused', why: `its address cannot be used: ${problem.message} (${problem.fix})` };
}
