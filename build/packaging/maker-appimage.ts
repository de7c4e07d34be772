import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { MakerBase, type MakerOptions } from '@electron-forge/maker-base';
import type { ForgePlatform } from '@electron-forge/shared-types';
import { identity, targetOf } from './identity.ts';
import { guardSandbox } from './sandbox-guard.ts';

const toolsVariable = 'APPIMAGE_TOOLS_PATH';

/** Undefined where the tools can be had without fetching anything; else the line that says what to do. */
export function appImageLack(env: NodeJS.ProcessEnv): string | undefined {
  return env[toolsVariable]
    ? undefined
    : `the AppImage maker fetches nothing by itself: set ${toolsVariable} to the unpacked appimage-tools-runtime of electron-builder-binaries (docs/packaging.md)`;
}

/** electron-builder makes the AppImage out of what Forge has packaged. */
export class MakerAppImage extends MakerBase<Record<string, never>> {
  override name = 'appimage';
  override defaultPlatforms: ForgePlatform[] = ['linux'];

  /** Asked before anything is built. */
  override isSupportedOnCurrentPlatform(): boolean {
    const lack = appImageLack(process.env);
    if (lack !== undefined) throw new Error(lack);
    return process.platform === 'linux';
  }

  override async make({ dir, makeDir, targetArch }: MakerOptions): Promise<string[]> {
    const { arch } = targetOf('linux', targetArch);
    const output = path.join(makeDir, 'appimage', arch);
    await this.ensureDirectory(output);
    const app = path.join(output, 'app');
    await cp(dir, app, { recursive: true, verbatimSymlinks: true });
    await guardSandbox(app, identity.executableName);
    const { build } = await import('app-builder-lib');
    const made = await build({
      prepackaged: app,
      linux: [`appimage:${arch}`],
      projectDir: path.resolve(import.meta.dirname, '../..'),
      publish: 'never',
      config: {
        extraMetadata: { desktopName: `${identity.desktopId}.desktop`, author: identity.maintainer },
        appId: identity.desktopId,
        productName: identity.productName,
        executableName: identity.executableName,
        directories: { output },
        publish: null,
        // The runtime that needs no libfuse2 on the machine.
        toolsets: { appimage: '1.0.3' },
        linux: {
          category: 'Utility',
          synopsis: identity.summary,
          description: identity.description,
          icon: path.join(import.meta.dirname, 'icons/keytray-512.png'),
          syncDesktopName: true,
        },
      },
    });
    await rm(app, { recursive: true, force: true });
    return made.filter((file) => file.endsWith('.AppImage'));
  }
}
