import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { commandLineManual, completionScripts } from '../man.ts';
import { identity } from './identity.ts';
import { appArmorProfile, desktopEntry, installedProfile, systemdUnit } from './templates.ts';

export type LinuxFormat = 'deb' | 'rpm';

/** What a Linux package has outside its own folder. */
export interface SystemFile {
  /** Below the root of the system, without the first slash. */
  readonly path: string;
  readonly content: string | Buffer;
}

const icons = join(import.meta.dirname, 'icons');

function iconFiles(): readonly SystemFile[] {
  const place = (size: string, suffix: string): string =>
    `usr/share/icons/hicolor/${size}/apps/${identity.desktopId}.${suffix}`;
  return readdirSync(icons).flatMap((name) => {
    const content = readFileSync(join(icons, name));
    if (name === 'keytray.svg') return [{ path: place('scalable', 'svg'), content }];
    const size = /^keytray-(\d+)\.png$/.exec(name)?.[1];
    return size === undefined ? [] : [{ path: place(`${size}x${size}`, 'png'), content }];
  });
}

/** Debian's zsh looks for packages' completions elsewhere than the zsh of everybody else. */
function completionPath(format: LinuxFormat, path: string): string {
  return format === 'deb' ? path.replace('zsh/site-functions/', 'zsh/vendor-completions/') : path;
}

/** The same bytes each time: gzip would write the time of day. */
const compressed = (text: string): Buffer => gzipSync(text, { level: 9 });

export function systemFiles(format: LinuxFormat, version: string, licence: string): readonly SystemFile[] {
  return [
    { path: `usr/share/applications/${identity.desktopId}.desktop`, content: desktopEntry() },
    ...iconFiles(),
    ...commandLineManual(version).map(({ file, text }) => ({
      path: `usr/share/man/man1/${file}.gz`,
      content: compressed(text),
    })),
    ...completionScripts().map(({ path, text }) => ({
      path: `usr/share/${completionPath(format, path)}`,
      content: text,
    })),
    { path: 'usr/lib/systemd/user/keytray.service', content: systemdUnit() },
    { path: installedProfile.slice(1), content: appArmorProfile() },
    { path: `usr/share/doc/${identity.packageName}/copyright`, content: licence },
  ];
}
