import type { ForgeConfig } from '@electron-forge/shared-types';

/** Packaging of the desktop app. The makers and the Vite plugin come with the app itself. */
export default {
  packagerConfig: {
    name: 'Keytray',
    executableName: 'keytray-desktop',
    appBundleId: 'dev.keytray.desktop',
    asar: true,
  },
  outDir: 'dist',
} satisfies ForgeConfig;
