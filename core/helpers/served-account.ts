/** An account as the matching of hosts needs it; `setup` goes by the same rules. */
export interface ServedAccount {
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly username: string;
  readonly hosts: readonly string[];
  /** Names of the person who is signed in, or must sign in: the one to show first, address, subject. */
  readonly people?: readonly string[] | undefined;
  /** The account's `env:` key. */
  readonly env?: Readonly<Record<string, 'access_token' | 'id_token'>> | undefined;
}
