import { appendFileSync, readFileSync } from 'node:fs';
import { gitHelper } from '../../core/helpers/git/git.ts';
import { type FakeAccount, FakeHelperBroker } from './fake-helper-broker.ts';
import { callHelper } from './helper-call.ts';

/**
 * `node stub-credential-helper.ts STATE LOG OPERATION`: the real git helper over a fake broker, as a program git
 * can run. STATE holds the accounts, LOG gets one line per call. The tokens are the test's own, so they are logged.
 */
export interface LoggedCall {
  readonly operation: string;
  readonly request: string;
  readonly answer: string;
  readonly rejected: readonly { readonly account: string; readonly value: string }[];
}

const [state, log, operation] = process.argv.slice(2);
if (state === undefined || log === undefined || operation === undefined) {
  throw new Error('usage: stub-credential-helper.ts STATE LOG OPERATION');
}
const broker = new FakeHelperBroker(JSON.parse(readFileSync(state, 'utf8')) as FakeAccount[]);
const request: Buffer[] = [];

async function* stdin(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) {
    request.push(chunk as Buffer);
    yield chunk as Buffer;
  }
}

const { status, stdout, stderr } = await callHelper(gitHelper, operation, stdin(), broker);
const call: LoggedCall = {
  operation,
  request: Buffer.concat(request).toString(),
  answer: stdout,
  rejected: broker.rejected,
};
appendFileSync(log, `${JSON.stringify(call)}\n`);
process.stdout.write(stdout);
for (const line of stderr) process.stderr.write(`${line}\n`);
process.exitCode = status;
