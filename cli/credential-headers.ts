import type { CredentialHeader } from '../core/endpoints/http-proxy/upstream.ts';
import { Secret } from '../core/secret.ts';
import type { TokenView } from '../core/wire/schemas.ts';
import { tokenText } from './token-answer.ts';

/** The headers a request to the service of an account needs. */
export function credentialHeaders(view: TokenView): readonly CredentialHeader[] {
  return [{ name: 'Authorization', value: new Secret(`Bearer ${tokenText(view, 'access')}`) }];
}
