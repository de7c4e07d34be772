import { type Exchanged, framesOf, statusOf, statusOfCall } from './exchange.ts';
import type { Judgement } from './oracle.ts';

/** Kinds of secrets that some caller may be given; the others never leave the broker. */
export const handedOut: ReadonlySet<string> = new Set(['access_token', 'id_token']);

/**
 * What is wrong with an answer; undefined: nothing. `secrets`: the kinds found in it. `strict`: what is not well-formed
 * by the letter must get nothing either.
 */
export function faultOf(
  judgement: Judgement,
  exchanged: Exchanged,
  secrets: ReadonlySet<string>,
  strict: boolean,
): string | undefined {
  const { text, inTime } = exchanged;
  const never = [...secrets].filter((kind) => !handedOut.has(kind));
  if (never.length > 0) return `the answer holds ${never.join(' and ')}`;
  if (secrets.size > 0 && (judgement.entitled === 'no' || (strict && judgement.entitled === 'unsure')))
    return `${[...secrets].join(' and ')} for a request without a right to it`;
  if (text !== '' && !/^HTTP\/1\.1 [1-5]\d\d /.test(text)) return 'the answer is not HTTP';
  if (/^HTTP\/1\.1 500 |"internal_error"|internal error; see the broker log/m.test(text)) return 'an internal error';
  if (inTime === false && statusOf(text) === undefined) return 'no answer';
  return wrongAnswer(judgement.answer, text);
}

function wrongAnswer(wanted: Judgement['answer'], text: string): string | undefined {
  const status = statusOf(text);
  switch (wanted.kind) {
    case 'any':
    case 'some':
      return undefined;
    case 'refusal':
      return status !== undefined && status >= 400 && status < 500 ? undefined : `a refusal was due, not ${status}`;
    case 'end_of_call': {
      const frames = framesOf(text);
      // Too many calls at once, for example.
      if (frames === undefined) return undefined;
      const ended = statusOfCall(frames);
      if (ended === undefined) return 'the helper call was not ended';
      return wanted.broken && ended !== 2 ? `broken frames ended with ${ended}, not 2` : undefined;
    }
  }
}
