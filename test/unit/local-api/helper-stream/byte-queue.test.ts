import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../../../core/local-api/helper-stream/byte-queue.ts';

describe('ByteQueue', () => {
  it('gives what was pushed before and after the consumer came, then ends', async () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('a'));
    const read = (async () => Buffer.concat(await Array.fromAsync(queue)).toString())();
    await Promise.resolve();
    queue.push(Buffer.from('b'));
    queue.end();
    expect(await read).toBe('ab');
  });

  it('tells of an early end after the bytes that came before it', async () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('a'));
    queue.end(() => new Error('gone'));
    const seen: string[] = [];
    const read = (async () => {
      for await (const chunk of queue) seen.push(Buffer.from(chunk).toString());
    })();
    await expect(read).rejects.toThrow('gone');
    expect(seen).toEqual(['a']);
  });

  it('ends once: a later error does not undo a clean end', async () => {
    const queue = new ByteQueue();
    queue.end();
    queue.end(() => new Error('gone'));
    expect(await Array.fromAsync(queue)).toEqual([]);
  });
});

describe('ByteQueue under many small pieces', () => {
  it('keeps them in one, and passes over empty ones', async () => {
    const queue = new ByteQueue();
    for (let count = 0; count < 10_000; count += 1) {
      queue.push(Uint8Array.of(count & 0xff));
      queue.push(new Uint8Array(0));
    }
    queue.end();
    const chunks = await Array.fromAsync(queue);
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toEqual(Buffer.from(Array.from({ length: 10_000 }, (_, index) => index & 0xff)));
  });

  it('does not change what it has given away', async () => {
    const queue = new ByteQueue();
    const reader = queue[Symbol.asyncIterator]();
    queue.push(Buffer.from('first'));
    const first = await reader.next();
    queue.push(Buffer.from('other'));
    expect(Buffer.from(first.value).toString()).toBe('first');
    expect(Buffer.from((await reader.next()).value).toString()).toBe('other');
  });

  it('ends for a consumer whose patience is over, after what came', async () => {
    const queue = new ByteQueue({ milliseconds: 1, error: () => new Error('too late'), waits: () => () => undefined });
    queue.push(Buffer.from('a'));
    const reader = queue[Symbol.asyncIterator]();
    expect(Buffer.from((await reader.next()).value).toString()).toBe('a');
    await expect(reader.next()).rejects.toThrow('too late');
  });
});
