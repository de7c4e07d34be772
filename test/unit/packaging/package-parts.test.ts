import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { flipFuses } from '@electron/fuses';
import { describe, expect, it } from 'vitest';
import { fuses } from '../../../build/packaging/fuses.ts';
import { movableHelper, movableKeytray } from '../../../build/packaging/launcher-texts.ts';
import { appImageLack } from '../../../build/packaging/maker-appimage.ts';
import { linuxVersion } from '../../../build/packaging/maker-deb.ts';
import { macSigning } from '../../../build/packaging/signing.ts';
import { afterInstall, beforeRemove, desktopEntry } from '../../../build/packaging/templates.ts';

describe('parts of packages', () => {
  it.each([
    ['takes the nine that there are', '101100011', true],
    ['fails where one was added that nobody decided on', '1011000111', false],
  ])('of fuses: %s', async (_, wire, fits) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'keytray-fuses-'));
    try {
      const binary = path.join(folder, 'electron');
      writeFileSync(binary, `dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01${String.fromCharCode(wire.length)}${wire}`);
      const flipped = flipFuses(binary, fuses).then(
        () => true,
        () => false,
      );
      expect(await flipped).toBe(fits);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('sorts a pre-release before its release', () => {
    expect(linuxVersion('1.0.0-beta.1')).toBe('1.0.0~beta.1');
    expect(linuxVersion('1.0.0')).toBe('1.0.0');
  });

  it('writes launchers that name no folder of the machine that built them', () => {
    for (const text of [movableKeytray(), movableHelper('git-credential-keytray')]) {
      expect(text).toMatch(
        /^#!\/bin\/sh\nkeytray_self=\$\(readlink -f -- "\$0"\) \|\| exit\nkeytray_folder=\$\{keytray_self%\/\*\/\*\}\n/,
      );
      expect(text).not.toContain('FOLDER');
      expect(text).not.toContain(process.cwd());
      expect(text).toContain(`"$keytray_folder"'/node'`);
    }
  });

  it('fills in every place of a template', () => {
    for (const text of [desktopEntry(), beforeRemove(), afterInstall(['keytray', 'git-credential-keytray'])]) {
      expect(text).not.toMatch(/@[A-Z_]+@/);
    }
    expect(afterInstall(['a', 'b'])).toContain('for program in a b;');
  });

  it('says what an AppImage needs before it builds anything', () => {
    expect(appImageLack({})).toMatch(/set APPIMAGE_TOOLS_PATH .*docs\/packaging\.md/);
    expect(appImageLack({ APPIMAGE_TOOLS_PATH: '/tools' })).toBeUndefined();
  });

  it('signs for macOS only with an identity, and notarizes only what is signed', () => {
    expect(macSigning({ KEYTRAY_NOTARY_PROFILE: 'notary' }, '/e.plist')).toEqual({});
    expect(macSigning({ KEYTRAY_SIGNING_IDENTITY: 'Developer ID' }, '/e.plist')).toMatchObject({
      osxSign: { identity: 'Developer ID' },
    });
    const both = { KEYTRAY_SIGNING_IDENTITY: 'Developer ID', KEYTRAY_NOTARY_PROFILE: 'notary' };
    expect(macSigning(both, '/e.plist')).toMatchObject({ osxNotarize: { keychainProfile: 'notary' } });
  });
});
