import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { MakerDMG } from '@electron-forge/maker-dmg';
import { MakerZIP } from '@electron-forge/maker-zip';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { ignoreFunction } from './build/packaging/app-files.ts';
import { appMain, assemble } from './build/packaging/assembly.ts';
import { fuses } from './build/packaging/fuses.ts';
import { identity, targetOf } from './build/packaging/identity.ts';
import { MakerAppImage } from './build/packaging/maker-appimage.ts';
import { MakerDeb } from './build/packaging/maker-deb.ts';
import { MakerRpm } from './build/packaging/maker-rpm.ts';
import { macSigning } from './build/packaging/signing.ts';

/** Packages of the desktop app (docs/packaging.md); `npm run package` runs it. */

const root = import.meta.dirname;
const packaging = join(root, 'build/packaging');
const { KEYTRAY_ELECTRON_ZIPS: zips, KEYTRAY_FAST_PACKAGES: fast } = process.env;
const compression = fast === '1' ? 'fast' : 'small';

export default {
  packagerConfig: {
    name: identity.productName,
    executableName: identity.executableName,
    appBundleId: identity.desktopId,
    appCategoryType: 'public.app-category.utilities',
    icon: join(packaging, 'icons/keytray'),
    // A menu bar app has no place in the Dock.
    extendInfo: { LSUIElement: true },
    asar: { unpack: '**/*.node' },
    ignore: ignoreFunction(root, targetOf(process.platform, process.arch)),
    prune: false,
    // Links inside the package must stay as they are; a copy from the temporary folder would bend them.
    tmpdir: false,
    ...(zips === undefined ? {} : { electronZipDir: zips }),
    ...macSigning(process.env, join(packaging, 'mac/entitlements.plist')),
  },
  // Native parts are Node-API prebuilds, the same for every Electron.
  rebuildConfig: { onlyModules: [] },
  outDir: 'dist',
  hooks: {
    readPackageJson: async (_config, manifest) => ({ ...manifest, main: appMain }),
    packageAfterCopy: (_config, appFolder, _electron, platform, arch) =>
      assemble(root, appFolder, targetOf(platform, arch)),
    // Made private, as temporary folders are; it becomes the folder in the zip.
    postPackage: async (_config, { outputPaths }) => {
      for (const folder of outputPaths) await chmod(folder, 0o755);
    },
  },
  makers: [
    new MakerDeb({ compression }),
    new MakerRpm({ compression }),
    new MakerZIP({}, ['linux', 'darwin']),
    new MakerAppImage({}),
    new MakerDMG({ icon: join(packaging, 'icons/keytray.icns') }),
  ],
  plugins: [new FusesPlugin(fuses)],
} satisfies ForgeConfig;
