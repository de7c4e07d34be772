import { KeytrayError } from '../../core/errors.ts';
import { errorResponse } from '../../core/local-api/server/error-response.ts';
import type { Logger } from '../../core/ports.ts';
import type { ErrorView } from '../../ipc/views.ts';

/** The person was asked and did not agree; nothing was changed. */
export class Declined extends KeytrayError {
  constructor(message: string, account: string) {
    super('access_denied', message, { account });
  }
}

/** A failure as pages are told: as the local API says it, and `declined` where the person said no. */
export function failureForPages(error: unknown, logger: Logger): ErrorView {
  const { body } = errorResponse(error, logger);
  return error instanceof Declined ? { ...body, error: 'declined' } : body;
}
