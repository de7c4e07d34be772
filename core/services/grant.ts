/** How an account comes to its credential. The members; which one an account has is decided in its configuration. */
export const grantKinds = [
  'authorization_code',
  'client_credentials',
  'api_key',
  'pasted_code',
  'aws_identity',
  'token_exchange',
  'command',
] as const;
export type GrantKind = (typeof grantKinds)[number];

/** Where AWS credentials come from that prove who asks. */
export type AwsCredentials =
  | { readonly kind: 'profile'; readonly profile: string }
  /** Those in the broker's own environment, as it was at its start. */
  | { readonly kind: 'env' }
  /** What a program prints (`credential_process` of the AWS CLI). */
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** A role that another account of ours may assume. */
  | { readonly kind: 'account'; readonly account: string; readonly role: string };

/** Whose token is exchanged, and as what (RFC 8693 §2.1, RFC 7523 §2.1). */
export interface Exchange {
  readonly subjectAccount: string;
  readonly subjectToken: 'access_token' | 'id_token';
  readonly requestedTokenType: string | undefined;
  readonly exchange: 'token-exchange' | 'jwt-bearer';
}

export type Grant =
  | { readonly kind: 'authorization_code' | 'client_credentials' | 'pasted_code' }
  /** `expiresAt`: milliseconds since the epoch, as the person says it; else what the key or the service tells. */
  | { readonly kind: 'api_key'; readonly expiresAt: number | undefined }
  | { readonly kind: 'aws_identity'; readonly awsCredentials: AwsCredentials }
  | ({ readonly kind: 'token_exchange' } & Exchange)
  | { readonly kind: 'command'; readonly command: readonly string[] };

export function awsCredentialsOf(grant: Grant): AwsCredentials | undefined {
  return grant.kind === 'aws_identity' ? grant.awsCredentials : undefined;
}

/** The account whose credential this one is made from. */
export function sourceOf(grant: Grant): string | undefined {
  if (grant.kind === 'token_exchange') return grant.subjectAccount;
  return grant.kind === 'aws_identity' && grant.awsCredentials.kind === 'account'
    ? grant.awsCredentials.account
    : undefined;
}

/** What of a grant bears on the code that is the same for all. */
export interface GrantTraits {
  /** What a person does at a sign-in. */
  readonly signIn: 'browser' | 'fields' | 'nothing';
  /** `again`: the same request as the first time, whenever a token is wanted, without a person. */
  readonly renewal: 'refresh_token' | 'again' | 'never';
  /** Whether a token in use is renewed before it is too old to hand out. */
  readonly ahead: boolean;
  /** `memory`: nothing of it is written anywhere. */
  readonly kept: 'store' | 'memory';
  /** The account needs a client at an authorization server. */
  readonly client: boolean;
  /** Seconds a token is taken to live where nobody says. */
  readonly assumedLifetime: number;
}

const hour = 3_600;

const traits: Readonly<Record<GrantKind, GrantTraits>> = {
  authorization_code: {
    signIn: 'browser',
    renewal: 'refresh_token',
    ahead: true,
    kept: 'store',
    client: true,
    assumedLifetime: hour,
  },
  client_credentials: {
    signIn: 'fields',
    renewal: 'again',
    ahead: true,
    kept: 'store',
    client: true,
    assumedLifetime: hour,
  },
  api_key: {
    signIn: 'fields',
    renewal: 'never',
    ahead: false,
    kept: 'store',
    client: false,
    assumedLifetime: Number.POSITIVE_INFINITY,
  },
  pasted_code: {
    signIn: 'fields',
    renewal: 'refresh_token',
    ahead: true,
    kept: 'store',
    client: false,
    assumedLifetime: hour,
  },
  aws_identity: {
    signIn: 'nothing',
    renewal: 'again',
    ahead: true,
    kept: 'store',
    client: false,
    assumedLifetime: hour,
  },
  token_exchange: {
    signIn: 'nothing',
    renewal: 'again',
    ahead: true,
    kept: 'store',
    client: true,
    assumedLifetime: hour,
  },
  command: {
    signIn: 'nothing',
    renewal: 'again',
    ahead: false,
    kept: 'memory',
    client: false,
    // Handed out for five minutes; the last fifth is not.
    assumedLifetime: 375,
  },
};

export const traitsOf = (kind: GrantKind): GrantTraits => traits[kind];
