import type { GrantKind } from '../../../core/services/grant.ts';

/** Where the modelled server is; nothing of it leaves the process. */
export const host = 'http://127.0.0.1:9';

export interface ModelledGrant {
  /** The account `lab`, and whatever it is made from. */
  readonly accounts: string;
  readonly signIn: SignInKind;
  /** `spent`: by a refresh token; `again`: the same request brings another; `never`: nothing renews it. */
  readonly renewed: 'spent' | 'again' | 'never';
  /** The record outlives the broker. */
  readonly kept: boolean;
}

/** What a person does first: the names of the fields are the account's. */
export type SignInKind =
  | { readonly kind: 'browser' | 'nothing' }
  | { readonly kind: 'fields'; readonly field: 'client_secret' | 'api_key' | 'code' };

const endpoints = `authorization_endpoint: '${host}/authorize', token_endpoint: '${host}/token'`;

/** Soon enough for a sequence of steps that sleeps or waits a good while. */
export const endOfKey = Date.UTC(2026, 0, 1, 20);

export const modelledGrants: Readonly<Record<GrantKind, ModelledGrant>> = {
  authorization_code: {
    accounts: `lab: { service: oauth, client_id: keytray, ${endpoints} }`,
    signIn: { kind: 'browser' },
    renewed: 'spent',
    kept: true,
  },
  pasted_code: {
    accounts: `lab: { service: quilt, url: '${host}' }`,
    signIn: { kind: 'fields', field: 'code' },
    renewed: 'spent',
    kept: true,
  },
  client_credentials: {
    accounts: `lab: { service: oauth, grant: client_credentials, client_id: keytray, ${endpoints} }`,
    signIn: { kind: 'fields', field: 'client_secret' },
    renewed: 'again',
    kept: true,
  },
  api_key: {
    accounts: `lab: { service: oauth, grant: api_key, expires_at: ${new Date(endOfKey).toISOString()} }`,
    signIn: { kind: 'fields', field: 'api_key' },
    renewed: 'never',
    kept: true,
  },
  aws_identity: {
    accounts: `lab: { service: datadog, url: '${host}', settings: { org_uuid: lab }, aws_credentials: { env: true } }`,
    signIn: { kind: 'nothing' },
    renewed: 'again',
    kept: true,
  },
  token_exchange: {
    accounts: `who: { service: oauth, grant: command, command: [print-subject] }
  lab: { service: oauth, grant: token_exchange, subject_account: who, client_id: keytray, ${endpoints} }`,
    signIn: { kind: 'nothing' },
    renewed: 'again',
    kept: true,
  },
  command: {
    accounts: 'lab: { service: oauth, grant: command, command: [print-token] }',
    signIn: { kind: 'nothing' },
    renewed: 'again',
    kept: false,
  },
};
