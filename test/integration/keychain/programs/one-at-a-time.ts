import { parseRequest } from '../../../../core/stores/keychain/call.ts';

/** Refuses a call that comes before the one before it was answered. */
let busy = false;

process.on('message', (message) => {
  const request = parseRequest(message);
  if (!request) return;
  if (busy) {
    process.send?.({ kind: 'refused', id: request.id, message: 'overlap' });
    return;
  }
  busy = true;
  setImmediate(() => {
    busy = false;
    process.send?.({ kind: 'value', id: request.id, value: request.account });
  });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ kind: 'ready' });
