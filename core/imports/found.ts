import type { AccountFields } from '../config/edit-config.ts';
import type { Secret } from '../secret.ts';

/** The text of a file, or of standard input. */
export interface SourceText {
  /** For people. */
  readonly file: string;
  readonly text: string;
}

/** How the secrets of one account leave the file they were found in. */
export interface TakeOut {
  readonly file: string;
  /** What goes, for people: `DATAIKU_API_KEY`. */
  readonly entries: readonly string[];
  /** The text without them and otherwise the same; undefined where they are not what they were when they were found. */
  without(text: string): string | undefined;
}

/** An account that another tool's files amount to. */
export interface FoundAccount {
  /** The id proposed; another one is chosen where the configuration has it already. */
  readonly id: string;
  /** As the configuration spells them, `service` included. */
  readonly fields: AccountFields & { readonly service: string };
  /** By the name of the field; none where nothing secret is taken over. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** For people: `FILE, instance prod`. */
  readonly where: string;
  readonly notes: readonly string[];
  /** Undefined where the source cannot be changed, or the tool goes on needing what it holds. */
  readonly takeOut?: TakeOut;
}

export interface Findings {
  readonly accounts: readonly FoundAccount[];
  /** What was seen and is not taken over, each with what to do. */
  readonly notes: readonly string[];
}

export const nothingFound: Findings = { accounts: [], notes: [] };

export const joined = (findings: readonly Findings[]): Findings => ({
  accounts: findings.flatMap(({ accounts }) => accounts),
  notes: findings.flatMap(({ notes }) => notes),
});

/** Said of an account whose tool does not check certificates. */
export const verifiesAgain =
  'the certificate check is switched off there; Keytray checks (for an authority of your own: tls.ca)';
