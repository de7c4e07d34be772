import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unitText } from '../../core/setup/systemd/unit-text.ts';
import { identity, installedCompanion, installFolder } from './identity.ts';

/** Texts of linux/ with the installed places filled in. */

const folder = join(import.meta.dirname, 'linux');

export const installedApp = `${installFolder}/${identity.executableName}`;
export const installedProfile = `/usr/share/${identity.packageName}/apparmor/${identity.executableName}`;

const places: Readonly<Record<string, string>> = {
  SUMMARY: identity.summary,
  APP: installedApp,
  COMPANION: installedCompanion,
  DESKTOP_ID: identity.desktopId,
  EXECUTABLE: identity.executableName,
  PROFILE: installedProfile,
};

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template names @${name}@, which is nothing`);
    return value;
  });
}

const template = (name: string, more: Readonly<Record<string, string>> = {}): string =>
  fill(readFileSync(join(folder, name), 'utf8'), { ...places, ...more });

export const desktopEntry = (): string => template('app.desktop');
export const appArmorProfile = (): string => template('apparmor.profile');

/** As `keytray service install` writes it, which a package need not. */
export function systemdUnit(): string {
  const unit = unitText(`${installedCompanion}/bin/keytray`);
  return `# systemctl --user enable --now keytray\n${unit.slice(unit.indexOf('[Unit]'))}`;
}

/** Shell commands, without a first line: what runs after files are there. `programs` are the names for PATH. */
export function afterInstall(programs: readonly string[]): string {
  return template('after-install.sh', { PROGRAMS: programs.join(' ') });
}

/** Shell commands for a removal, not for an upgrade. */
export const beforeRemove = (): string => template('before-remove.sh');
