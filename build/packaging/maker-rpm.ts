import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MakerBase, type MakerOptions } from '@electron-forge/maker-base';
import type { ForgePlatform } from '@electron-forge/shared-types';
import { type Architecture, identity, installFolder, targetOf } from './identity.ts';
import { type LinuxMakerConfig, linuxVersion } from './maker-deb.ts';
import { layOut, type PackageTree } from './package-tree.ts';
import { run } from './run.ts';
import { afterInstall, beforeRemove, installedProfile } from './templates.ts';

const architectureNames: Readonly<Record<Architecture, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Fedora's names, with openSUSE's where they differ. */
const requires = [
  '(gtk3 or libgtk-3-0)',
  '(libnotify or libnotify4)',
  '(nss or mozilla-nss)',
  '(libXtst or libXtst6)',
  'xdg-utils',
  'at-spi2-core',
  '(libdrm or libdrm2)',
  '(mesa-libgbm or libgbm1)',
  '(libxcb or libxcb1)',
  '(alsa-lib or libasound2)',
  '(libsecret or libsecret-1-0)',
];

/** Of shells that need not be installed; whoever else has files there owns them too. */
const sharedFolders = [
  '/usr/share/bash-completion',
  '/usr/share/bash-completion/completions',
  '/usr/share/fish',
  '/usr/share/fish/vendor_completions.d',
  '/usr/share/zsh',
  '/usr/share/zsh/site-functions',
];

/** Everything is built already: nothing may be stripped, compiled or looked into. */
function spec(version: string, tree: PackageTree, payload: string): string {
  const own = [installFolder, path.dirname(path.dirname(installedProfile)), `/usr/share/doc/${identity.packageName}`];
  const single = tree.systemFiles.filter((file) => !own.some((folder) => file.startsWith(`${folder}/`)));
  return `%global debug_package %{nil}
%global __os_install_post %{nil}
%define _build_id_links none
%define _binary_payload ${payload}

Name: ${identity.packageName}
Version: ${linuxVersion(version)}
Release: 1
Summary: ${identity.summary}
License: ${identity.licence}
URL: ${identity.homepage}
AutoReqProv: no
${requires.map((name) => `Requires: ${name}`).join('\n')}

%description
${identity.description}

%install
cp -a ${tree.root}/. %{buildroot}/

%files
%defattr(-,root,root,-)
${own.map((folder) => `${folder}/`).join('\n')}
%attr(4755,root,root) ${installFolder}/chrome-sandbox
${sharedFolders.map((folder) => `%dir ${folder}`).join('\n')}
${single.join('\n')}

%post
${afterInstall(tree.programs)}

%preun
[ "$1" = 0 ] || exit 0
${beforeRemove()}`;
}

/** An rpm by rpmbuild alone, of the same tree as the Debian package. */
export class MakerRpm extends MakerBase<LinuxMakerConfig> {
  override name = 'rpm';
  override defaultPlatforms: ForgePlatform[] = ['linux'];
  override requiredExternalBinaries = ['rpmbuild'];

  override isSupportedOnCurrentPlatform(): boolean {
    return process.platform === 'linux';
  }

  override async make({ dir, makeDir, packageJSON, targetArch }: MakerOptions): Promise<string[]> {
    const { arch } = targetOf('linux', targetArch);
    const version = String(packageJSON.version);
    const folder = path.join(makeDir, 'rpm', arch);
    await this.ensureDirectory(folder);
    const work = path.join(folder, 'work');
    await mkdir(work);
    const tree = await layOut(path.join(work, 'tree'), dir, 'rpm', version);
    const specFile = path.join(work, `${identity.packageName}.spec`);
    await writeFile(specFile, spec(version, tree, this.config.compression === 'fast' ? 'w1.gzdio' : 'w6.xzdio'));
    const architecture = architectureNames[arch];
    await run('rpmbuild', ['-bb', specFile, '--target', `${architecture}-linux`, '--define', `_topdir ${work}`]);
    const name = `${identity.packageName}-${linuxVersion(version)}-1.${architecture}.rpm`;
    await rename(path.join(work, 'RPMS', architecture, name), path.join(folder, name));
    await rm(work, { recursive: true, force: true });
    return [path.join(folder, name)];
  }
}
