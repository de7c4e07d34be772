import { connect } from 'node:net';

/** Calls that a server which lives has answered before a missing answer counts. */
const controls = 3;
/** Milliseconds for all of them: a server that hangs answers none. */
const longestDoubt = 60_000;

/**
 * Resolves when the server has answered calls that came later than the one it owes an answer to, or answers nothing at
 * all. A busy machine delays everything alike, and a timer that is due fires before what came meanwhile is read.
 */
export async function answersControls(socketPath: string): Promise<void> {
  const end = AbortSignal.timeout(longestDoubt);
  for (let count = 0; count < controls && !end.aborted; count += 1) {
    const socket = connect(socketPath);
    const giveUp = (): void => {
      socket.destroy();
    };
    end.addEventListener('abort', giveUp, { once: true });
    socket.on('error', () => undefined);
    socket.write('GET /v1/status HTTP/1.1\r\nHost: keytray\r\nConnection: close\r\n\r\n');
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    end.removeEventListener('abort', giveUp);
  }
}
