/**
 * A service whose API is not at the `url` of an account but at a registry, which a document there names for everybody.
 * Paths begin with a slash.
 */
export interface Catalog {
  /** Below the `url` of the account: a JSON object. */
  readonly document: string;
  /** The member that holds the address of the registry. */
  readonly member: string;
  /** Below the registry: where a pasted code, and each refresh token after it, is exchanged. */
  readonly token: string;
  /** Below the registry: the page that shows the code. */
  readonly codePage: string;
  /** Below the registry: where it gives keys of AWS to whoever is signed in. */
  readonly awsKeys: string;
}
