import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Placement, PlacementsFile } from '../../../core/stores/placements.ts';
import { Log } from '../../support/broker.ts';

const inKeychain: Placement = { holder: 'keychain', leftovers: ['memory'] };
const inFile: Placement = { holder: 'encrypted-file', leftovers: [] };

describe('the list of stores in use', () => {
  let folder: string;
  let file: string;
  let log: Log;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-placements-'));
    file = join(folder, 'stores.json');
    log = new Log();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = () => new PlacementsFile(file, log);

  it('is empty before the first account, without a word', async () => {
    expect(await open().of('a')).toBeUndefined();
    expect(log.lines).toEqual([]);
  });

  it('outlives the broker', async () => {
    const placements = open();
    await Promise.all([placements.set('a', inKeychain), placements.set('b', inFile)]);
    expect(await placements.of('a')).toEqual(inKeychain);
    await placements.set('a', inFile);
    const again = open();
    expect([await again.of('a'), await again.of('b')]).toEqual([inFile, inFile]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      version: 1,
      accounts: [
        ['a', inFile],
        ['b', inFile],
      ],
    });
  });

  it.each([
    ['is no JSON', '{'],
    ['is of another version', '{"version":2,"accounts":[]}'],
    ['names an unknown store', '{"version":1,"accounts":[["a",{"holder":"cloud","leftovers":[]}]]}'],
  ])('that %s counts as empty, and the log says so', async (_what, text) => {
    await writeFile(file, text);
    expect(await open().of('a')).toBeUndefined();
    const fields = JSON.stringify({ file, why: 'not in a form of ours' });
    expect(log.lines).toEqual([`the list of stores in use cannot be read ${fields}`]);
  });

  it('that cannot be written keeps what it said, and takes the next', async () => {
    const placements = new PlacementsFile(join(folder, 'gone', 'stores.json'), log);
    await writeFile(join(folder, 'gone'), 'a file in the way');
    await expect(placements.set('a', inFile)).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) });
    expect(await placements.of('a')).toBeUndefined();
    await rm(join(folder, 'gone'));
    await placements.set('a', inFile);
    expect(await placements.of('a')).toEqual(inFile);
  });
});
