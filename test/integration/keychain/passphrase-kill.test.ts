import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { EncryptedFileStore } from '../../../core/stores/encrypted-file/encrypted-file-store.ts';
import { printedSeed } from '../../support/damage.ts';
import { MemoryLogger, program, textOf } from './fixture.ts';

const passphrases = ['correct horse battery', 'staple staple staple'] as const;
const cost = { log2N: 10, r: 1, p: 1 };
const kills = 25;

describe('a program killed while it changes passphrases', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-changer-'));
    file = path.join(folder, 'tokens.sealed');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () => new EncryptedFileStore({ path: file, logger: new MemoryLogger(), cost });

  /** Some changes are done when it is killed, and mostly one is under way. */
  async function changeAndKill(order: readonly string[], delay: number): Promise<void> {
    const child = spawn(process.execPath, [program('passphrase-changer.ts'), file, ...order]);
    await once(child.stdout, 'data');
    await sleep(delay);
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  it(`leaves a file that exactly one of the two opens, with everything in it, ${kills} times`, async () => {
    const first = open();
    await first.unlock(new Secret(passphrases[0]), { create: true });
    await first.write('lab', new Secret('value of lab'));
    await first.close();
    let random = printedSeed('passphrase kills');
    let working: string = passphrases[0];
    for (let kill = 0; kill < kills; kill += 1) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      const order = [working, ...passphrases.filter((passphrase) => passphrase !== working)];
      await changeAndKill(order, random % 40);
      const opened: string[] = [];
      for (const passphrase of passphrases) {
        const store = open();
        const { kind } = await store.unlock(new Secret(passphrase), { create: false });
        expect(['unlocked', 'wrong_passphrase']).toContain(kind);
        if (kind === 'unlocked') {
          opened.push(passphrase);
          expect(textOf(await store.read('lab'))).toBe('value of lab');
        }
        await store.close();
      }
      expect(opened).toHaveLength(1);
      working = opened[0] ?? '';
    }
  });
});
