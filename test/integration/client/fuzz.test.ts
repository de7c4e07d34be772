import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSources, compileNative } from '../../../build/native-client.ts';

const run = promisify(execFile);
const flags = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const fuzzer = join(import.meta.dirname, 'native/fuzz-reply.c');
const replies = 60_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-fuzz-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Plant {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

/** The reader and its fuzzer as one program, with a bug where one is asked for. */
async function build(name: string, plant?: Plant): Promise<string> {
  const sources = await Promise.all(
    ['reply.c', 'next.c', 'failure.c', 'json.c'].map(async (part) => {
      const source = (await clientSources()).find((file) => basename(file) === part) ?? part;
      if (part !== plant?.file) return source;
      const text = await readFile(source, 'utf8');
      expect(text.split(plant.right)).toHaveLength(2);
      const changed = join(folder, `${name}-${part}`);
      await writeFile(changed, text.replace(plant.right, plant.wrong));
      return changed;
    }),
  );
  const program = join(folder, name);
  await compileNative(program, { compiler: 'gcc', flags, sources: [fuzzer, ...sources] });
  return program;
}

describe('the native client’s reader of replies', () => {
  it('reads what it is told, whatever it is told', async () => {
    const seed = process.env.KEYTRAY_FUZZ_SEED ?? String(Date.now());
    const { stdout } = await run(await build('fuzz'), [seed, String(replies)]);
    process.stdout.write(`seed, replies, mutated, with frames, with a status: ${stdout}`);
    const [told, count = 0, mutated = 0, switched = 0, statuses = 0] = stdout.split(' ').map(Number);
    expect([told, count]).toEqual([Number(seed), replies]);
    expect(mutated / count).toBeGreaterThan(0.3);
    // Most get past the first line, and many to the end.
    expect(switched / count).toBeGreaterThan(0.5);
    expect(statuses / count).toBeGreaterThan(0.2);
  });

  it.each<[string, Plant]>([
    [
      'a byte too little',
      { file: 'next.c', right: 'RECORD_HEAD + length + 1;\n  if', wrong: 'RECORD_HEAD + length;\n  if' },
    ],
    [
      'a frame that is too long',
      { file: 'reply.c', right: 'content_left > LARGEST_FRAME', wrong: 'content_left > 99999' },
    ],
    ['a number that grows for ever', { file: 'reply.c', right: 'if (number > LARGEST_REFUSAL) return -1;', wrong: '' }],
  ])('is caught where it makes room for, or takes, %s', async (name, plant) => {
    const program = await build(name.replaceAll(' ', '-'), plant);
    await expect(run(program, ['1', String(replies)])).rejects.toMatchObject({
      stderr: expect.stringMatching(/AddressSanitizer|runtime error|misread/),
    });
  });
});
