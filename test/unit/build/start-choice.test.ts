import { describe, expect, it } from 'vitest';
import { type Found, findElectron, readWishes, withoutTray } from '../../../build/start-choice.ts';

function found(parts: Partial<Found> & { readonly files?: readonly string[] } = {}): Found {
  const { files = [], ...rest } = parts;
  return {
    override: undefined,
    folder: '/modules/electron',
    pathText: undefined,
    isExecutable: (file) => files.includes(file),
    ...rest,
  };
}

describe('which Electron npm start takes', () => {
  it('takes the installed one', () => {
    const file = '/modules/electron/dist/electron';
    expect(findElectron(found({ pathText: 'electron', files: [file] }), 'linux')).toEqual({ kind: 'present', file });
  });

  it('prefers the folder that ELECTRON_OVERRIDE_DIST_PATH names', () => {
    const files = ['/modules/electron/dist/electron', '/own/electron'];
    const choice = findElectron(found({ override: '/own', pathText: 'electron', files }), 'linux');
    expect(choice).toEqual({ kind: 'present', file: '/own/electron' });
  });

  it('knows the name on macOS without path.txt', () => {
    const file = '/own/Electron.app/Contents/MacOS/Electron';
    expect(findElectron(found({ override: '/own', files: [file] }), 'darwin')).toEqual({ kind: 'present', file });
  });

  it('says where the override leads to nothing, whatever is installed', () => {
    const files = ['/modules/electron/dist/electron'];
    const choice = findElectron(found({ override: '/own', pathText: 'electron', files }), 'linux');
    expect(choice).toEqual({ kind: 'misplaced', file: '/own/electron' });
  });

  it.each([
    ['no path.txt, as a broken download leaves it', undefined, ['/modules/electron/dist/electron']],
    ['path.txt without the binary', 'electron', []],
  ])('counts as absent: %s', (_, pathText, files) => {
    expect(findElectron(found({ pathText, files }), 'linux')).toEqual({ kind: 'absent' });
  });

  it('takes an empty override for none', () => {
    expect(findElectron(found({ override: '' }), 'linux')).toEqual({ kind: 'absent' });
  });
});

describe('what npm start is asked for', () => {
  it('downloads unless told not to, and hands on the rest', () => {
    expect(readWishes(['--hidden'], {})).toEqual({ download: true, rest: ['--hidden'] });
    expect(readWishes(['--no-download', '--hidden'], {})).toEqual({ download: false, rest: ['--hidden'] });
  });

  it('listens to Electron’s own switch', () => {
    expect(readWishes([], { ELECTRON_SKIP_BINARY_DOWNLOAD: '1' }).download).toBe(false);
    expect(readWishes([], { ELECTRON_SKIP_BINARY_DOWNLOAD: '0' }).download).toBe(true);
  });

  it('says in one line why there is no tray and how to get it', () => {
    for (const lack of ['download-off', 'download-failed', 'download-slow'] as const) {
      expect(withoutTray(lack)).toMatch(/^keytray: no tray icon: .*npx install-electron.*"keytray agent" instead$/);
    }
    expect(withoutTray('misplaced', '/own/electron')).toContain('/own/electron is not there');
  });
});
