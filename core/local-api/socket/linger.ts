import type { Socket } from 'node:net';

/** Ends a connection that the other end does not close by then. One that has ended is kept by no timer. */
export function endAfter(socket: Socket, milliseconds: number): void {
  const timer = setTimeout(() => socket.destroy(), milliseconds).unref();
  socket.once('close', () => clearTimeout(timer));
}
