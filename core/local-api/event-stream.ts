import type { ServerResponse } from 'node:http';
import type { BrokerApi } from './broker-api.ts';
import type { BrokerEvent } from './wire.ts';

export interface EventStreamOptions {
  readonly broker: BrokerApi;
  readonly outgoing: ServerResponse;
  /** Milliseconds between comment lines. */
  readonly heartbeat: number;
}

/** Bytes that may wait for a reader, beyond the first event, whose size is the broker's. */
export const largestBacklog = 256 * 1024;

const mostEarlyEvents = 1000;

export const eventHeaders = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } as const;

/**
 * Writes server-sent events until the reader leaves; resolves when the first, the state, is written.
 * A reader that does not read is dropped: what waits for it is past, and it gets the present when it reconnects.
 */
export async function streamEvents({ broker, outgoing, heartbeat }: EventStreamOptions): Promise<void> {
  let limit = largestBacklog;
  // Changes while the state is read may or may not be part of it. Told after it they do no harm: the last one wins.
  let early: string[] | undefined = [];
  const write = (text: string): void => {
    if (outgoing.destroyed || outgoing.writableEnded) return;
    outgoing.write(text);
    if (outgoing.writableLength > limit) outgoing.destroy();
  };
  const unsubscribe = broker.subscribe((event) => {
    const text = formatEvent(event);
    if (early === undefined) write(text);
    else if (early.push(text) > mostEarlyEvents) outgoing.destroy();
  });
  const stop = (): void => {
    clearInterval(timer);
    unsubscribe();
  };
  const timer = setInterval(() => {
    if (early === undefined) write(': still here\n\n');
  }, heartbeat);
  outgoing.once('close', stop);
  try {
    const first = formatEvent({ type: 'state', status: await broker.status() });
    if (outgoing.destroyed) return;
    limit = Buffer.byteLength(first) + largestBacklog;
    outgoing.writeHead(200, eventHeaders);
    write([first, ...early].join(''));
    early = undefined;
  } catch (error) {
    stop();
    throw error;
  }
}

/** HTML living standard, section 9.2.5. JSON has no line breaks, so one `data:` line is enough. */
export function formatEvent({ type, ...data }: BrokerEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
