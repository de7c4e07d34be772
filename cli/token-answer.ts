import type { TokenRequest, TokenView } from '../core/wire/schemas.ts';
import type { TokenKind } from './account-environment.ts';
import { CommandFailure } from './failure.ts';

export interface TokenWish {
  readonly kind: TokenKind;
  /** Seconds it must be valid for. */
  readonly minTtl?: number | undefined;
  readonly force?: boolean | undefined;
  /** One of several values that a person gave. */
  readonly field?: string | undefined;
}

export function tokenRequest(wish: TokenWish): TokenRequest {
  return {
    ...(wish.minTtl === undefined ? {} : { min_ttl: wish.minTtl }),
    ...(wish.kind === 'id' ? { token: 'id' as const } : {}),
    ...(wish.force === true ? { force: true } : {}),
    ...(wish.field === undefined ? {} : { field: wish.field }),
  };
}

/** The token itself out of the broker's answer. Throws when the server gave none of that kind. */
export function tokenText(view: TokenView, kind: TokenKind): string {
  const text = kind === 'id' ? view.id_token : view.access_token;
  if (text !== undefined) return text;
  throw kind === 'id'
    ? new CommandFailure(
        2,
        `the server gave no ID token for ${view.account}`,
        'Add `openid` to the scopes of the account.',
      )
    : new CommandFailure(1, `Keytray answered without a token for ${view.account}`, 'Restart it: keytray restart');
}
