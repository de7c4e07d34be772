import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import type { StatusView } from '../../../core/wire/schemas.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { openSocket, receiveUntil, requestText } from './raw-exchange.ts';

let broker: FakeBroker;
let socket: BrokerSocket;

beforeEach(async () => {
  broker = new FakeBroker([accountView('lab')]);
  socket = await startBrokerSocket(broker, { timeouts: { heartbeat: 20, headers: 200, request: 200, keepAlive: 50 } });
});

afterEach(async () => {
  await socket[Symbol.asyncDispose]();
});

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const removed = (account: string) => ({ type: 'account_removed', account }) as const;

describe('GET /v1/events', () => {
  it('tells the full state first, then every change, to everyone who listens', async () => {
    const client = new LocalApiClient(socket.socketPath);
    const stop = new AbortController();
    const streams = [client.events(stop.signal), client.events(stop.signal)];
    for (const stream of streams) {
      expect((await stream.next()).value).toEqual({ type: 'state', status: await broker.status() });
    }
    broker.emit(removed('lab'));
    broker.emit({ type: 'account', account: accountView('lab', { title: 'line\nbreak' }) });
    for (const stream of streams) {
      expect((await stream.next()).value).toEqual(removed('lab'));
      expect((await stream.next()).value).toMatchObject({ account: { title: 'line\nbreak' } });
    }
    stop.abort();
    for (const stream of streams) expect((await stream.next()).done).toBe(true);
    await until(() => broker.listenerCount === 0);
  });

  it('loses no change that falls between listening and the first event', async () => {
    class SlowBroker extends FakeBroker {
      override async status(): Promise<StatusView> {
        const status = await super.status();
        this.emit(removed('lab'));
        return status;
      }
    }
    await using slow = await startBrokerSocket(new SlowBroker());
    const stream = new LocalApiClient(slow.socketPath).events(new AbortController().signal);
    expect((await stream.next()).value).toMatchObject({ type: 'state' });
    expect((await stream.next()).value).toEqual(removed('lab'));
    await stream.return(undefined);
  });

  it('shows signs of life, and outlives every time-out of requests', async () => {
    const reader = await openSocket(socket.socketPath);
    const text = receiveUntil(reader, (seen) => seen.split(': still here\n\n').length > 40);
    reader.write(requestText('GET /v1/events'));
    expect(await text).toContain('event: state\ndata: {"status":');
    reader.destroy();
  });

  it('lets go of a reader that went', async () => {
    const reader = await openSocket(socket.socketPath);
    reader.write(requestText('GET /v1/events'));
    await until(() => broker.listenerCount === 1);
    reader.destroy();
    await until(() => broker.listenerCount === 0);
  });

  it('drops a reader that does not read', async () => {
    const reader = await openSocket(socket.socketPath);
    reader.pause();
    reader.write(requestText('GET /v1/events'));
    await until(() => broker.listenerCount === 1);
    const change = removed('x'.repeat(64));
    for (let count = 0; count < 100_000 && broker.listenerCount > 0; count += 1) {
      broker.emit(change);
      if (count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(broker.listenerCount).toBe(0);
    reader.destroy();
  });

  it('answers HEAD without a stream', async () => {
    const reader = await openSocket(socket.socketPath);
    const text = receiveUntil(reader, (seen) => seen.includes('\r\n\r\n'));
    reader.write(requestText('HEAD /v1/events'));
    expect(await text).toContain('text/event-stream');
    expect(broker.listenerCount).toBe(0);
    reader.destroy();
  });

  it('tells of a failure before the first event as an error', async () => {
    broker.failures.set('status', new Error('no'));
    const stream = new LocalApiClient(socket.socketPath).events(new AbortController().signal);
    await expect(stream.next()).rejects.toMatchObject({ code: 'internal_error' });
    expect(broker.listenerCount).toBe(0);
  });

  it('ends with the server', async () => {
    const stream = new LocalApiClient(socket.socketPath).events(new AbortController().signal);
    await stream.next();
    const end = stream.next();
    await socket.api.close(60_000);
    expect((await end).done).toBe(true);
  });
});
