import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { electronZipName, verifyElectronZip } from './electron-zip.ts';
import { targetOf } from './identity.ts';

/**
 * `npm run package [-- --targets=deb,rpm,zip]`: packages for this machine's platform, in dist/make.
 * `--electron-zips=DIR` takes Electron from a folder instead of fetching it, after comparing its checksum;
 * `--unverified-electron` leaves that out, for the tests' stand-in.
 */

const root = resolve(import.meta.dirname, '../..');
const usual = { linux: 'deb,rpm,zip', darwin: 'zip,dmg' } as const;

async function main(): Promise<void> {
  const target = targetOf(process.platform, process.arch);
  const { values } = parseArgs({
    options: {
      targets: { type: 'string', default: usual[target.platform] },
      'electron-zips': { type: 'string' },
      'unverified-electron': { type: 'boolean', default: false },
      out: { type: 'string', default: 'dist' },
      fast: { type: 'boolean', default: false },
    },
  });
  const zips = values['electron-zips'];
  if (zips !== undefined) {
    if (!values['unverified-electron']) await verifyElectronZip(root, resolve(zips), target);
    process.env.KEYTRAY_ELECTRON_ZIPS = resolve(zips);
    process.stderr.write(`package: ${electronZipName(root, target)} from ${zips}\n`);
  }
  if (values.fast) process.env.KEYTRAY_FAST_PACKAGES = '1';
  // Reads forge.config.ts, and so the environment, from here on.
  const { api } = await import('@electron-forge/core');
  const results = await api.make({
    dir: root,
    outDir: resolve(values.out),
    interactive: false,
    platform: target.platform,
    arch: target.arch,
    overrideTargets: values.targets.split(','),
  });
  for (const file of results.flatMap(({ artifacts }) => artifacts)) process.stdout.write(`${file}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`package: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
