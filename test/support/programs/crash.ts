import { setTimeout as sleep } from 'node:timers/promises';
import { endOnCrash } from '../../../core/platform/crash.ts';
import { openLog } from '../../../core/platform/log.ts';
import { Secret } from '../../../core/secret.ts';

/** `crash.ts KIND LOG`: reads a token from stdin and crashes with it in hand. */
const [, , kind = '', file = ''] = process.argv;
endOnCrash((line) => process.stderr.write(`${line}\n`)).logTo(openLog(file, 'debug'));
let token = '';
for await (const chunk of process.stdin) token += String(chunk);

function failure(): Error {
  const error = new TypeError(`cannot send ${token}`, { cause: new Error(token, { cause: new Secret(token) }) });
  return Object.assign(error, { token, request: { headers: { authorization: token } } });
}

switch (kind) {
  case 'thrown':
    setImmediate(() => {
      throw failure();
    });
    break;
  case 'rejected':
    void Promise.reject(failure());
    break;
  case 'awaited':
    await Promise.reject(failure());
    break;
  case 'text':
    void Promise.reject(token);
    break;
  case 'json':
    setImmediate(() => JSON.parse(token));
    break;
  case 'emitted':
    process.stdout.emit('error', failure());
    break;
  default:
    throw new Error(`no such kind: ${kind}`);
}
await sleep(10_000);
