import type { ServerResponse } from 'node:http';
import type { BrokerApi } from '../../wire/broker-api.ts';
import type { BrokerEvent } from '../../wire/schemas.ts';
import { sizes } from './limits.ts';

export interface EventStreamOptions {
  readonly broker: BrokerApi;
  readonly outgoing: ServerResponse;
  /** Milliseconds between comment lines. */
  readonly heartbeat: number;
}

export const eventHeaders = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } as const;

/**
 * Writes server-sent events until the reader leaves; resolves when the first, the state, is written.
 * A reader that does not read is dropped: what waits for it is past, and it gets the present when it reconnects.
 */
export async function streamEvents({ broker, outgoing, heartbeat }: EventStreamOptions): Promise<void> {
  let limit: number = sizes.eventBacklog;
  // Changes while the state is read may or may not be part of it. Told after it they do no harm: the last one wins.
  let early: string[] | undefined = [];
  // In one piece: thousands of short writes in a queue weigh several times what they say.
  let waiting = '';
  const write = (text: string): void => {
    if (outgoing.destroyed || outgoing.writableEnded) return;
    if (outgoing.writableNeedDrain) waiting += text;
    else outgoing.write(text);
    if (waiting.length + outgoing.writableLength > limit) outgoing.destroy();
  };
  outgoing.on('drain', () => {
    const text = waiting;
    waiting = '';
    if (text !== '') write(text);
  });
  const unsubscribe = broker.subscribe((event) => {
    const text = formatEvent(event);
    if (early === undefined) write(text);
    else if (early.push(text) > sizes.earlyEvents) outgoing.destroy();
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
    limit = Buffer.byteLength(first) + sizes.eventBacklog;
    outgoing.writeHead(200, eventHeaders);
    write([first, ...early].join(''));
    early = undefined;
  } catch (error) {
    stop();
    throw error;
  }
}

const formatted = new WeakMap<BrokerEvent, string>();

/** HTML living standard, section 9.2.5. JSON has no line breaks, so one `data:` line is enough. Made once for all readers. */
export function formatEvent(event: BrokerEvent): string {
  const known = formatted.get(event);
  if (known !== undefined) return known;
  const { type, ...data } = event;
  const text = `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  formatted.set(event, text);
  return text;
}
