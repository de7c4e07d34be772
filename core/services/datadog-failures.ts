import type { FailureRow } from './failure-table.ts';

/** What Datadog answers where it is asked for nothing but whether the keys are good. */
export const datadogKeyFailures: readonly FailureRow[] = [
  {
    status: 403,
    code: 'access_denied',
    refusesKey: true,
    cause: 'Datadog does not know the API key, the application key, or the two together at this site',
    advice: 'Check both keys, and that they belong to settings.site of the account.',
  },
  { status: 429, code: 'temporarily_unavailable', cause: 'Datadog asks to wait: too many requests' },
];

/** What Datadog's API says to keys and tokens; `words` are its `errors`, joined. */
export const datadogFailures: readonly FailureRow[] = [
  { status: 401, code: 'access_denied', cause: 'Datadog does not accept the token' },
  {
    status: 403,
    code: 'access_denied',
    cause: 'Datadog does not accept the API key, or does not allow this to it',
    advice: 'Check the key, the application key, and that both belong to the site of the account.',
  },
  {
    status: 404,
    code: 'misconfigured',
    cause: 'Datadog has no such API at this site',
    advice: 'Check the site of the account.',
  },
  { status: 429, code: 'temporarily_unavailable', cause: 'Datadog asks to wait: too many requests' },
];
