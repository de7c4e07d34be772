import { SystemClock } from '../../../../core/platform/system-clock.ts';
import { KeychainChild, keychainChildFile } from '../../../../core/stores/keychain/child-process.ts';
import { MemoryLogger } from '../fixture.ts';

/** Calls the real keychain child in its own environment and tells the child's process id. */
const child = new KeychainChild({
  clock: new SystemClock(),
  logger: new MemoryLogger(),
  env: process.env,
  program: { execPath: process.execPath, file: keychainChildFile() },
  callDeadline: 600_000,
});
void child.call({ op: 'get', account: 'lab' });
await Promise.resolve();
process.send?.(child.pid);
