import { describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';

describe('memory store', () => {
  it('keeps values until it is closed', async () => {
    const store = new MemoryStore();
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
    expect(await store.write('lab', new Secret('one'))).toEqual({ kind: 'durable', where: 'store' });
    const read = await store.read('lab');
    expect(read.kind === 'found' && read.value.reveal()).toBe('one');
    expect(await store.remove('lab')).toEqual({ kind: 'removed' });
    expect(await store.read('lab')).toEqual({ kind: 'empty' });

    await store.write('lab', new Secret('two'));
    await store.close();
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
  });
});
