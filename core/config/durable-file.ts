import { open, rm } from 'node:fs/promises';

/**
 * Writes a new file and resolves when its bytes are on the disk. The name is ours alone: what an ended process
 * left there is removed first, no link is followed, and no mode of a file that was there is kept.
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is on the disk only when its folder is; else a power cut can bring the old file back. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
