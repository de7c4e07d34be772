import { failures, type KeytrayError } from '../core/errors.ts';
import { oneLineOf } from '../core/failures/next-step.ts';
import { failureFormFor, failureText } from './failure-forms.ts';
import { put, say } from './output.ts';

/** Milliseconds for a tool to say what it wants, once greeted. */
const requestTime = 2_000;

/** Tells tool and person, each in its own way. Resolves to the status to end with. */
export async function answerFailure(
  failure: KeytrayError,
  call: { readonly protocol: string; readonly argv: readonly string[] },
  spoken: boolean,
): Promise<number> {
  const form = failureFormFor(call.protocol, call.argv);
  const what = failure.code === 'no_broker' ? 'not running; start it with: keytray start' : oneLineOf(failure);
  const message = `keytray: ${what}`;
  if (form !== undefined && !spoken) await put(1, Buffer.from(failureText(form, message)));
  if (form?.silent !== true) await say(message);
  if (form?.awaitsRequest === true && !spoken) await lineOf(process.stdin);
  return form?.exit ?? failures[failure.code].exit;
}

function lineOf(stdin: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, requestTime);
    stdin.on('data', (chunk: Buffer) => {
      if (chunk.includes(0x0a)) resolve();
    });
    stdin.once('end', resolve).once('error', () => resolve());
  });
}
