import { type ChildReply, type ChildRequest, keychainService, parseRequest } from './call.ts';

/**
 * The keychain child: the only process that loads keytar. Started by child-process.ts, spoken to over Node's
 * IPC channel. findPassword and findCredentials are never called: they crash on a locked keyring.
 */

// A pending keytar call (an unlock prompt, say) makes process.exit() wait for it, possibly for ever.
const end = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

async function perform(request: ChildRequest): Promise<ChildReply> {
  const { id } = request;
  try {
    // Loaded on use, so that a machine without libsecret gets an answer instead of a crash.
    const { default: keytar } = await import('keytar');
    switch (request.op) {
      case 'get':
        return { kind: 'value', id, value: await keytar.getPassword(keychainService, request.account) };
      case 'set':
        await keytar.setPassword(keychainService, request.account, request.value);
        return { kind: 'done', id };
      case 'delete':
        await keytar.deletePassword(keychainService, request.account);
        return { kind: 'done', id };
    }
  } catch (error) {
    return { kind: 'refused', id, message: error instanceof Error ? error.message : String(error) };
  }
}

function answer(reply: ChildReply): void {
  process.send?.(reply);
}

// A terminal or a service manager signals the whole group: the broker decides when a write may be cut off.
// On SIGUSR1 Node would open its inspector, on a port that every user of the machine can reach.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined);

process.on('disconnect', end);
process.on('message', (message) => {
  const request = parseRequest(message);
  if (!request) return end();
  void perform(request).then(answer);
});

if (process.send) answer({ kind: 'ready' });
else end();
