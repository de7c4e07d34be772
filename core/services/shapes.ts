/** Shapes that services and the configuration share: a service gives the default, an account may replace it. */

export const toolFamilies = [
  'git',
  'docker',
  'kubernetes',
  'aws',
  'cargo',
  'pip',
  'npm',
  'bazel',
  'terraform',
  'go',
  'google',
  'postgres',
  'curl',
  'maven',
  'mail',
] as const;
export type ToolFamily = (typeof toolFamilies)[number];

export type StoreKind = 'keychain' | 'encrypted-file' | 'memory';

/** Endpoints by their RFC 8414 names, for servers that publish no metadata. */
export interface Endpoints {
  readonly authorizationEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
  readonly deviceAuthorizationEndpoint: string | undefined;
  readonly pushedAuthorizationRequestEndpoint?: string | undefined;
  readonly userinfoEndpoint: string | undefined;
  readonly jwksUri: string | undefined;
}

export interface RedirectSettings {
  readonly host: '127.0.0.1' | 'localhost';
  readonly ports: 'any' | readonly number[];
  /** `none`: the redirect URI is registered without a path and is sent exactly so. */
  readonly path: string | 'none';
}
