/** What can be taken over, in the order people see it; `env` wants a file besides. */
export const sourceNames = [
  'env',
  'dataiku',
  'databricks',
  'quilt',
  'gh',
  'glab',
  'aws-sso',
  'oidc-agent',
  'git-credential-oauth',
  'gcm',
] as const;
export type SourceName = (typeof sourceNames)[number];
