import type { FailureRow } from './failure-table.ts';

/** What a Quilt registry says; `words` is `message`, the `error` of a token reply, or those of GraphQL. */
export const quiltFailures: readonly FailureRow[] = [
  {
    status: 401,
    code: 'access_denied',
    refusesKey: true,
    cause: 'Quilt does not accept the key or session: it was revoked, has expired, or its owner is inactive',
  },
  { words: /^Unauthorized$|not authorized/i, code: 'access_denied', cause: 'Quilt allows this to administrators only' },
  {
    words: /between 1 and 365 days/,
    code: 'invalid_request',
    cause: 'a key of Quilt lives 1 to 365 days',
  },
  { words: /already exists/, code: 'invalid_request', cause: 'a key of this name already exists' },
  { words: /not found/i, code: 'not_found', cause: 'Quilt does not know this key' },
  { status: 404, code: 'misconfigured', cause: 'there is no Quilt registry at this address' },
  { status: 429, code: 'temporarily_unavailable', cause: 'Quilt asks to wait: too many requests' },
];
