import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Target } from './identity.ts';

const manifest = z.object({ version: z.string() });
const checksums = z.record(z.string(), z.string());

const read = (root: string, file: string): unknown =>
  JSON.parse(readFileSync(join(root, 'node_modules/electron', file), 'utf8'));

export function electronZipName(root: string, { platform, arch }: Target): string {
  return `electron-v${manifest.parse(read(root, 'package.json')).version}-${platform}-${arch}.zip`;
}

/** Forge takes a zip from a folder unseen. Throws where it is not the one that the electron package names. */
export async function verifyElectronZip(root: string, folder: string, target: Target): Promise<void> {
  const name = electronZipName(root, target);
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, name)), hash);
  const expected = checksums.parse(read(root, 'checksums.json'))[name];
  if (hash.digest('hex') !== expected) throw new Error(`${name} is not the one that Electron published`);
}
