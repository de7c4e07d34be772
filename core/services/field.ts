/** What a person gives at a sign-in where no browser is involved: data, so that every surface shows the same form. */
export interface Field {
  /** On the wire and in the store: `client_secret`, `api_key`. */
  readonly name: string;
  /** For people: `API key`. */
  readonly title: string;
  /** Where it is made. */
  readonly where?: string;
  /** The usual mistakes, each a pattern that a value of this field does not match, or does. */
  readonly rules?: readonly FieldRule[];
  /** The header that carries it, where the credential has a header for each of its parts. */
  readonly header?: string;
}

export interface FieldRule {
  /** Source of a regular expression without flags. */
  readonly pattern: string;
  /** `must`: a value that does not match is refused; `must_not`: one that does. */
  readonly kind: 'must' | 'must_not';
  /** Says what is wrong and never repeats the value. */
  readonly message: string;
}
