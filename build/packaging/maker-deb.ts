import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MakerBase, type MakerOptions } from '@electron-forge/maker-base';
import type { ForgePlatform } from '@electron-forge/shared-types';
import { type Architecture, identity, targetOf } from './identity.ts';
import { layOut, type PackageTree } from './package-tree.ts';
import { run } from './run.ts';
import { afterInstall, beforeRemove } from './templates.ts';

export interface LinuxMakerConfig {
  /** `fast` packs quickly and badly, for tests. */
  readonly compression: 'small' | 'fast';
}

const architectureNames: Readonly<Record<Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Of Electron's shared libraries and of the companion's Node. `t64` are the names since Debian 13 and Ubuntu 24.04. */
const depends = [
  'libc6 (>= 2.28)',
  'libstdc++6',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libxtst6',
  'xdg-utils',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libdrm2',
  'libgbm1',
  'libxcb-dri3-0',
  'libasound2 | libasound2t64',
  'libsecret-1-0',
];

/** A `-` parts Debian's revision; `~` sorts before the release, as a pre-release should. */
export const linuxVersion = (version: string): string => version.replace('-', '~');

function control(version: string, arch: Architecture, tree: PackageTree): string {
  return `Package: ${identity.packageName}
Version: ${linuxVersion(version)}
Architecture: ${architectureNames[arch]}
Maintainer: ${identity.maintainer}
Installed-Size: ${tree.kilobytes}
Depends: ${depends.join(', ')}
Recommends: gnome-keyring | org.freedesktop.secrets
Section: utils
Priority: optional
Homepage: ${identity.homepage}
Description: ${identity.summary}
 ${identity.description}
`;
}

function scripts(tree: PackageTree): Readonly<Record<string, string>> {
  const head = '#!/bin/sh\nset -e\n';
  return {
    postinst: `${head}[ "$1" = configure ] || exit 0\n${afterInstall(tree.programs)}`,
    // An upgrade keeps the links: tools must find their helper at every moment.
    prerm: `${head}[ "$1" = remove ] || exit 0\n${beforeRemove()}`,
    // What a removal that broke off has left.
    postrm: `${head}case $1 in remove | purge) ;; *) exit 0 ;; esac\n${beforeRemove()}`,
  };
}

/**
 * A Debian package by dpkg-deb alone. Forge's own maker needs electron-installer-debian, which npm leaves out under
 * Node older than 22, and which knows no man pages, completions or units.
 */
export class MakerDeb extends MakerBase<LinuxMakerConfig> {
  override name = 'deb';
  override defaultPlatforms: ForgePlatform[] = ['linux'];
  override requiredExternalBinaries = ['dpkg-deb'];

  override isSupportedOnCurrentPlatform(): boolean {
    return process.platform === 'linux';
  }

  override async make({ dir, makeDir, packageJSON, targetArch }: MakerOptions): Promise<string[]> {
    const { arch } = targetOf('linux', targetArch);
    const version = String(packageJSON.version);
    const folder = path.join(makeDir, 'deb', arch);
    await this.ensureDirectory(folder);
    const tree = await layOut(path.join(folder, 'tree'), dir, 'deb', version);
    const debian = path.join(tree.root, 'DEBIAN');
    await mkdir(debian, { mode: 0o755 });
    await writeFile(path.join(debian, 'control'), control(version, arch, tree));
    for (const [name, text] of Object.entries(scripts(tree))) {
      await writeFile(path.join(debian, name), text);
      await chmod(path.join(debian, name), 0o755);
    }
    const file = path.join(folder, `${identity.packageName}_${linuxVersion(version)}_${architectureNames[arch]}.deb`);
    const packing = this.config.compression === 'fast' ? ['-Zgzip', '-z1'] : ['-Zxz'];
    await run('dpkg-deb', ['--root-owner-group', ...packing, '--build', tree.root, file]);
    await rm(tree.root, { recursive: true, force: true });
    return [file];
  }
}
