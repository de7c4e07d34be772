/** What a variable of `exec` and `env` can hold; the first three are secrets. */
export const variableWords = [
  'access_token',
  'id_token',
  'authorization',
  'url',
  'host',
  'username',
  'client_id',
  'audience',
  'tls_ca',
  'tls_verify',
  'timeout',
] as const;

/**
 * `settings.NAME`: a further fact of the account; `field.NAME`: one of several values that a person gave;
 * `origin`: the address of the service without a path, as some SDKs want it; `service_url`: where its API is, as its
 * catalog says. The last three are for presets alone.
 */
export type VariableWord =
  | (typeof variableWords)[number]
  | 'origin'
  | 'service_url'
  | `settings.${string}`
  | `field.${string}`;

/** By the name of the variable. */
export type Variables = Readonly<Record<string, VariableWord>>;

/** What the tools of a service expect to find in their environment. */
export interface ServiceVariables {
  readonly always: Variables;
  /** Where no program of ours stays to answer its clients. */
  readonly env?: Variables;
  /** Set by somebody else, it counts before ours: the name, and for whom. */
  readonly overruledBy?: { readonly variable: string; readonly reader: string };
  /** In place of all of them where a prefix parts two instances: the names behind it. */
  readonly prefixed?: Variables;
}
