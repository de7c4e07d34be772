/** An account as the matching of hosts needs it; `setup` goes by the same rules. */
export interface ServedAccount {
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly username: string;
  readonly hosts: readonly string[];
  /** The account's `env:` key. */
  readonly env?: Readonly<Record<string, 'access_token' | 'id_token'>> | undefined;
}
