import type { VariableValue } from '../config/account-variables.ts';

/** An account as the matching of hosts needs it; `setup` goes by the same rules. */
export interface ServedAccount {
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly username: string;
  readonly hosts: readonly string[];
  /** Names of the person who is signed in, or must sign in: the one to show first, address, subject. */
  readonly people?: readonly string[] | undefined;
  /** Its service gives AWS credentials of its own: there is no role to name. */
  readonly ownAwsKeys?: true | undefined;
  /** What its variables are set to, by name; made when asked for, as nearly nobody does. */
  readonly variables?: (() => ReadonlyMap<string, VariableValue>) | undefined;
}
