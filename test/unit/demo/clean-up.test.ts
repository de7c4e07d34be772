import { describe, expect, it } from 'vitest';
import { createCleanUp } from '../../../demo/clean-up.ts';

describe('cleaning up', () => {
  it('ends the last first', async () => {
    const ended: string[] = [];
    const cleanUp = createCleanUp();
    cleanUp.defer(async () => void ended.push('folder'));
    cleanUp.defer(async () => void ended.push('server'));
    await cleanUp.run();
    expect(ended).toEqual(['server', 'folder']);
  });

  it('goes on after a failure, and tells it', async () => {
    const ended: string[] = [];
    const cleanUp = createCleanUp();
    cleanUp.defer(async () => void ended.push('folder'));
    cleanUp.defer(async () => {
      throw new Error('does not end');
    });
    await expect(cleanUp.run()).rejects.toThrow('does not end');
    expect(ended).toEqual(['folder']);
  });

  it('ends at once what comes after the end', async () => {
    const ended: string[] = [];
    const cleanUp = createCleanUp();
    await cleanUp.run();
    cleanUp.defer(async () => void ended.push('late'));
    expect(ended).toEqual(['late']);
  });
});
