import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ConfigSources } from '../../../core/config/read-config.ts';

export const uid = process.getuid?.() ?? 0;

export const account = 'service: oidc\n    issuer: https://login.example\n    client_id: keytray\n';

/** A folder of its own for one test, with the sources that would read it. */
export async function configFolder(): Promise<ConfigSources & { readonly folder: string; readonly dropIn: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const dropIn = join(folder, 'keytray', 'config.d');
  return { folder, dropIn, file: join(folder, 'keytray', 'config.yaml'), dropIns: [dropIn], uid };
}
