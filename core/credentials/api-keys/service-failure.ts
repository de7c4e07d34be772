import { KeytrayError } from '../../errors.ts';
import { explainFailure, type FailureRow } from '../../services/failure-table.ts';
import { plainText } from '../../untrusted/plain-text.ts';
import { withoutTokens } from '../../untrusted/server-text.ts';

/** A refusal in the words of the service's table; `title` is the service's name. */
export function serviceFailure(
  title: string,
  rows: readonly FailureRow[],
  status: number,
  words: string,
): KeytrayError {
  const detail = `status ${status}`;
  const known = explainFailure(rows, { status, words });
  if (known !== undefined) {
    const advice = known.advice === undefined ? {} : { advice: known.advice };
    return new KeytrayError(known.code, known.cause, { detail, ...advice });
  }
  const passing = status === 429 || status >= 500;
  const said = plainText(withoutTokens(words), 120);
  const why = passing || said === '' ? '' : `: ${said}`;
  return new KeytrayError(passing ? 'temporarily_unavailable' : 'access_denied', `${title} answers ${status}${why}`, {
    detail,
  });
}

export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
