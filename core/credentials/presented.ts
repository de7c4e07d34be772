import { Secret } from '../secret.ts';
import type { Field } from '../services/field.ts';
import type { Present } from '../services/present.ts';

/** A header of a request to a service, with the credential in it. */
export interface PresentedHeader {
  readonly name: string;
  readonly value: Secret;
}

/** What decides how a credential stands in a request. */
export interface Presentation {
  readonly present: Present;
  readonly username: string;
  readonly fields: readonly Field[];
}

/** What is presented: the token or key, and where a person gave several values, each by its field. */
export interface Presentable {
  readonly token: Secret;
  readonly given?: Readonly<Record<string, Secret>> | undefined;
}

/**
 * The headers that carry a credential: one for each field that has a header of its own, else one for all. Pure; the
 * values hold the credential.
 */
export function presentedHeaders(
  { present, username, fields }: Presentation,
  { token, given }: Presentable,
): readonly [PresentedHeader, ...PresentedHeader[]] {
  const [first, ...others] = fields.flatMap(({ name, header }): PresentedHeader[] => {
    const value = given?.[name];
    return header === undefined || value === undefined ? [] : [{ name: header, value }];
  });
  if (first !== undefined) return [first, ...others];
  const text = token.reveal();
  switch (present.kind) {
    case 'bearer':
      return [bearerHeader(token)];
    case 'basic_user':
      return [basic(text, '')];
    case 'basic_password':
      return [basic('', text)];
    case 'basic':
      return [basic(username, text)];
    case 'header':
      return [{ name: present.name, value: token }];
  }
}

/** RFC 6750 §2.1. */
export const bearerHeader = (token: Secret): PresentedHeader => ({
  name: 'Authorization',
  value: new Secret(`Bearer ${token.reveal()}`),
});

/** RFC 7617 §2. */
const basic = (user: string, password: string): PresentedHeader => ({
  name: 'Authorization',
  value: new Secret(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`),
});
