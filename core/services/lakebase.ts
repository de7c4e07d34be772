import type { Field } from './field.ts';

/** A database of a Databricks workspace. */
export interface LakebaseTarget {
  readonly place:
    | { readonly kind: 'instance'; readonly instance: string }
    /** `projects/P/branches/B/endpoints/E` */
    | { readonly kind: 'endpoint'; readonly endpoint: string };
  readonly database: string;
  readonly port: number;
  readonly sslmode: 'verify-full' | 'require';
  readonly password: 'generated' | 'native';
}

export type LakebaseTargets = Readonly<Record<string, LakebaseTarget>>;

/** A password of PostgreSQL itself, which a person gives where an account says `password: native`. */
export const databasePasswordField: Field = {
  name: 'database_password',
  title: 'Database password',
  where: 'the role of the database has it; it is set with ALTER ROLE … PASSWORD',
  rules: [
    {
      kind: 'must_not',
      pattern: '^[dD][aA][pP][iI]',
      message: 'a personal access token is no database password; write password: generated, or enter that of the role',
    },
  ],
};

export const takesOwnPassword = (targets: LakebaseTargets = {}): boolean =>
  Object.values(targets).some(({ password }) => password === 'native');
