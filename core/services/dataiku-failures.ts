import type { FailureRow } from './failure-table.ts';

/** `words` are those of `errorType: message`, as Dataiku's own client joins them. */
export const dataikuFailures: readonly FailureRow[] = [
  {
    words: /\.NotAuthenticatedException:/,
    code: 'access_denied',
    refusesKey: true,
    cause: 'Dataiku does not know this key: it was deleted, has expired, or was not copied whole',
    advice: 'Create another one under Profile & Settings, API keys.',
  },
  {
    // A name for people instead of the project key is the usual reason, and Dataiku answers 401 to it.
    words: /UnauthorizedException: Failed to read project permissions/,
    code: 'access_denied',
    cause: 'the project does not exist, or the key may not read it: Dataiku does not say which',
    advice: 'Use the project key (MYPROJ), not the name of the project.',
  },
  {
    words: /UnauthorizedException: .*not admin/i,
    code: 'access_denied',
    cause: 'Dataiku allows this to administrators only',
  },
  { words: /UnauthorizedException:/, code: 'access_denied', cause: 'Dataiku does not allow this to the key' },
  { words: /NotFoundException:/, code: 'not_found', cause: 'Dataiku does not know the object' },
  {
    words: /IllegalArgumentException: Connection '([^']*)' does not exist/,
    code: 'not_found',
    cause: 'Dataiku has no connection $1',
  },
  { status: 429, code: 'temporarily_unavailable', cause: 'Dataiku asks to wait: too many requests' },
  {
    status: 404,
    code: 'misconfigured',
    cause: 'there is no Dataiku at this address',
    advice: 'Check the address of the instance.',
  },
  ...[502, 503, 504].map(
    (status): FailureRow => ({
      status,
      code: 'temporarily_unavailable',
      cause: 'the Dataiku instance does not answer the server in front of it',
    }),
  ),
];

/** The words of an error body: `{errorType, message, detailedMessage}`, or the text itself where it is another. */
export function dataikuWords(body: string): string {
  try {
    const json: unknown = JSON.parse(body);
    const fields: Record<string, unknown> = typeof json === 'object' && json !== null ? { ...json } : {};
    const { errorType, message, detailedMessage } = fields;
    const said = detailedMessage ?? message;
    return `${typeof errorType === 'string' ? errorType : ''}: ${typeof said === 'string' ? said : ''}`;
  } catch {
    return body;
  }
}
