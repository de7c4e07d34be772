import type { FailureRow } from './failure-table.ts';

/** What Auth0 says to a machine-to-machine client; `words` is `error_description`. */
export const auth0Failures: readonly FailureRow[] = [
  {
    status: 401,
    words: /^Unauthorized$/,
    code: 'misconfigured',
    refusesKey: true,
    cause: 'Auth0 does not accept the client ID or the client secret',
    advice: 'Check both, whether the client was revoked, and the token address.',
  },
  {
    words: /^Service not enabled within domain: (.*)/,
    code: 'misconfigured',
    cause: 'Auth0 has no API for the audience $1',
    advice: 'Check the audience.',
  },
  {
    words: /^Client is not authorized to access "([^"]*)"/,
    code: 'misconfigured',
    cause: 'the client has no grant for the audience $1',
    advice: 'Ask for a client grant for this API.',
  },
  { status: 429, code: 'temporarily_unavailable', cause: 'Auth0 asks to wait: too many requests' },
];

/** What Athena itself says; `words` are the details of the status of the call. */
export const athenaFailures: readonly FailureRow[] = [
  {
    words: /expired/i,
    code: 'access_denied',
    refusesKey: true,
    cause: 'Athena says that the token has expired',
    advice: 'Check the clock of this machine; a static token has to be replaced.',
  },
  {
    words: /audience/i,
    code: 'misconfigured',
    cause: 'Athena does not take tokens for this audience',
    advice: 'Set the audience to the one of this deployment.',
  },
  {
    words: /affiliate/i,
    code: 'misconfigured',
    cause: 'Athena does not allow this affiliate to the client',
    advice: 'Check settings.affiliate of the account.',
  },
];
