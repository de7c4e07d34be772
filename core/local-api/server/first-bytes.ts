import type { Socket } from 'node:net';

export interface FirstBytes {
  /** The socket reads on when this has returned. */
  readonly came: (bytes: Buffer) => void;
  /** Nothing came in time. */
  readonly late: () => void;
}

/** Waits for what a connection begins with, and for nothing more. One that ends or fails before is closed. */
export function awaitFirstBytes(socket: Socket, milliseconds: number, { came, late }: FirstBytes): void {
  const gone = (): void => {
    socket.destroy();
  };
  const settle = (): void => {
    socket.setTimeout(0);
    socket.off('data', take).off('timeout', tooLate).off('end', gone).off('error', gone);
  };
  const take = (bytes: Buffer): void => {
    settle();
    came(bytes);
  };
  const tooLate = (): void => {
    settle();
    late();
  };
  socket.setTimeout(milliseconds);
  socket.on('data', take).on('timeout', tooLate).on('end', gone).on('error', gone);
}
