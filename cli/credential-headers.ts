import type { CredentialHeader } from '../core/endpoints/http-proxy/upstream.ts';
import { Secret } from '../core/secret.ts';
import type { TokenView } from '../core/wire/schemas.ts';
import type { TokenKind } from './account-environment.ts';
import { tokenText } from './token-answer.ts';

/** The headers a request to the service of an account needs, as the broker has them. */
export function credentialHeaders(view: TokenView, kind: TokenKind = 'access'): readonly CredentialHeader[] {
  const { authorization, headers } = view;
  if (headers !== undefined) return headers.map(({ name, value }) => ({ name, value: new Secret(value) }));
  if (authorization !== undefined) {
    return [{ name: authorization.header, value: new Secret(authorization.value) }];
  }
  return [{ name: 'Authorization', value: new Secret(`Bearer ${tokenText(view, kind)}`) }];
}
