import { parseRequest } from '../../../../core/stores/keychain/call.ts';

/** Finds nothing and takes everything: a keyring that is locked to readers and unlocks for a writer. */
process.on('message', (message) => {
  const request = parseRequest(message);
  if (request?.op === 'get') process.send?.({ kind: 'value', id: request.id, value: null });
  else if (request) process.send?.({ kind: 'done', id: request.id });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ kind: 'ready' });
