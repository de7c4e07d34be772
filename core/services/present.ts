/** How a credential stands in a request. */
export type Present =
  /** RFC 6750 §2.1. */
  | { readonly kind: 'bearer' }
  /** RFC 7617: the credential as user, with an empty password. */
  | { readonly kind: 'basic_user' }
  /** RFC 7617: an empty user, and the credential as password. */
  | { readonly kind: 'basic_password' }
  /** RFC 7617: `username` of the account, and the credential as password. */
  | { readonly kind: 'basic' }
  | { readonly kind: 'header'; readonly name: string };

export const presentWords = ['bearer', 'basic_user', 'basic_password', 'basic'] as const;
