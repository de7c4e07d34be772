import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { electronZipName } from '../../build/packaging/electron-zip.ts';
import { targetOf } from '../../build/packaging/identity.ts';
import { repository } from './keytray.ts';
import { runToEnd } from './processes.ts';

/** As in a real binary: a sentinel, the wire's version, the number of fuses, and one digit for each. */
const fuseWire = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x09101100011';

/**
 * A zip as Electron publishes it, with a program that is none: the real one is fetched from GitHub, which a test run
 * does not do. What it can show is what packaging does, not what runs. Resolves to its folder, which the caller removes.
 */
export async function makeStubElectron(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-electron-'));
  const dist = path.join(folder, 'dist');
  await mkdir(path.join(dist, 'locales'), { recursive: true });
  await mkdir(path.join(dist, 'resources'));
  const program = `#!/bin/sh\necho "stub electron: not a runtime"\nexit 78\n# ${fuseWire}\n`;
  await writeFile(path.join(dist, 'electron'), program, { mode: 0o755 });
  await writeFile(path.join(dist, 'chrome-sandbox'), '#!/bin/sh\nexit 78\n', { mode: 0o755 });
  await writeFile(path.join(dist, 'LICENSE'), await readFile(path.join(repository, 'node_modules/electron/LICENSE')));
  await writeFile(path.join(dist, 'locales/en-US.pak'), '');
  await writeFile(path.join(dist, 'resources/default_app.asar'), '');
  const zip = path.join(folder, electronZipName(repository, targetOf(process.platform, process.arch)));
  const { status, stderr } = await runToEnd('zip', ['-qr', zip, '.'], { cwd: dist, env: process.env });
  if (status !== 0) throw new Error(`zip: ${stderr}`);
  await rm(dist, { recursive: true });
  return folder;
}
