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
