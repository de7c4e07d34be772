import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../../core/local-api/byte-queue.ts';

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
    queue.end(new Error('gone'));
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
    queue.end(new Error('gone'));
    expect(await Array.fromAsync(queue)).toEqual([]);
  });
});
