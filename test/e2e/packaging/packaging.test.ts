import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bomSchema, nameOf } from '../../../build/packaging/sbom-filter.ts';
import { helperPrograms } from '../../../client/programs.ts';
import { repository } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { installedStory } from './installed-story.ts';
import {
  bundledModules,
  debFiles,
  type MadePackages,
  makePackages,
  output,
  type PackedFile,
  rpmFiles,
} from './made-packages.ts';

const companion = '/usr/lib/keytray/resources/keytray';
const helpers = [...helperPrograms].filter(([, { folder }]) => folder === 'bin').map(([name]) => name);

describe('packages', () => {
  let made: MadePackages;
  let unpacked: string;

  beforeAll(async () => {
    made = await makePackages();
    unpacked = await mkdtemp(path.join(tmpdir(), 'keytray-unpacked-'));
    await output('dpkg-deb', ['--extract', made.deb, unpacked]);
  });

  afterAll(async () => {
    await made.close();
    await rm(unpacked, { recursive: true, force: true });
  });

  const installed = (file: string): Promise<string> => readFile(path.join(unpacked, file), 'utf8');

  describe.each([
    ['deb', () => debFiles(made.deb), 'zsh/vendor-completions'],
    ['rpm', () => rpmFiles(made.rpm), 'zsh/site-functions'],
  ])('%s', (_, list, zshFolder) => {
    let files: readonly PackedFile[];
    beforeAll(async () => {
      files = await list();
    });
    const modeOf = (name: string): string | undefined => files.find((file) => file.path === name)?.mode;

    it('holds the app, what runs without it, and what the system looks for', () => {
      const programs = ['keytray', ...helpers].map((name) => `${companion}/bin/${name}`);
      const system = [
        '/usr/share/applications/dev.keytray.desktop.desktop',
        '/usr/share/icons/hicolor/128x128/apps/dev.keytray.desktop.png',
        '/usr/share/icons/hicolor/scalable/apps/dev.keytray.desktop.svg',
        '/usr/share/man/man1/keytray.1.gz',
        '/usr/share/man/man1/keytray-accounts-add.1.gz',
        '/usr/share/man/man1/git-credential-keytray.1.gz',
        '/usr/share/bash-completion/completions/keytray',
        '/usr/share/fish/vendor_completions.d/keytray.fish',
        `/usr/share/${zshFolder}/_keytray`,
        '/usr/lib/systemd/user/keytray.service',
        '/usr/share/keytray/apparmor/keytray-desktop',
        '/usr/share/doc/keytray/copyright',
      ];
      const places = ['lib/agent.js', 'lib/cli.js', 'libexec/keyring', 'LICENSE', 'THIRD-PARTY.txt'];
      const own = ['/usr/lib/keytray/resources/app.asar', ...places.map((place) => `${companion}/${place}`)];
      expect(files.map((file) => file.path)).toEqual(expect.arrayContaining([...programs, ...system, ...own]));
    });

    it('gives modes that do not depend on who built it', () => {
      expect(modeOf('/usr/lib/keytray/chrome-sandbox')).toBe('-rwsr-xr-x');
      expect(modeOf('/usr/lib/keytray/keytray-desktop')).toBe('-rwxr-xr-x');
      expect(modeOf(`${companion}/node`)).toBe('-rwxr-xr-x');
      expect(modeOf(`${companion}/lib/cli.js`)).toBe('-rw-r--r--');
      const strange = files.filter(({ mode, owner }) => owner !== 'root/root' || !/^(?:[-d]rw[xs]?|l)/.test(mode));
      expect(strange).toEqual([]);
      expect(files.filter(({ mode }) => mode.startsWith('-') && mode[8] === 'w')).toEqual([]);
      expect(files.filter(({ mode }) => /[sS]/.test(mode)).map((file) => file.path)).toEqual([
        '/usr/lib/keytray/chrome-sandbox',
      ]);
    });

    it('has native code for this platform alone, and no sources, tests or maps', () => {
      const names = files.map((file) => file.path);
      const native = names.filter((name) => name.endsWith('.node'));
      expect(native.length).toBeGreaterThanOrEqual(3);
      for (const name of native) expect(name).toMatch(new RegExp(`${process.platform}[-_]${process.arch}/`));
      expect(names.filter((name) => name.includes('musl'))).toEqual([]);
      expect(names.filter((name) => /\.(?:ts|tsx|map|cc?|h|md)$/.test(name) && !/LICEN[CS]E/.test(name))).toEqual([]);
      expect(names.filter((name) => /\/(?:tests?|oidc-provider|playwright-core|electron)\//.test(name))).toEqual([]);
    });
  });

  it('sets all nine fuses, and reads them back', async () => {
    const {
      version,
      resetAdHocDarwinSignature: _,
      strictlyRequireAllFuses: __,
      ...wire
    } = await getCurrentFuseWire(path.join(made.app, 'keytray-desktop'));
    const names = Object.entries(wire).map(([index, state]) => [
      FuseV1Options[Number(index)],
      state === FuseState.ENABLE,
    ]);
    expect(version).toBe('1');
    expect(Object.fromEntries(names)).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      WasmTrapHandlers: true,
    });
  });

  it('keeps in the asar what was allowed, under a manifest of its own', () => {
    const asar = path.join(made.app, 'resources/app.asar');
    const files = listPackage(asar, { isPack: false });
    const top = new Set(files.map((file) => file.split('/')[1]));
    expect([...top].sort()).toEqual(['node_modules', 'out', 'package.json']);
    const own = ['main.js', 'preload.cjs', 'renderer/index.html', 'icons'].map((file) => `/out/app/${file}`);
    expect(files).toEqual(expect.arrayContaining(own));
    expect(files.filter((file) => /\.(?:map|ts|tsx|node)$/.test(file) && !file.endsWith('/koffi.node'))).toEqual([]);
    expect(JSON.parse(extractFile(asar, 'package.json').toString())).toEqual({
      name: 'keytray',
      productName: 'Keytray',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      description: expect.any(String),
      license: 'MIT',
      type: 'module',
      main: 'out/app/main.js',
      desktopName: 'dev.keytray.desktop.desktop',
    });
  });

  it('has a bill of materials, and the licence, of everything that was bundled', async () => {
    const bundled = await bundledModules();
    expect(bundled.size).toBeGreaterThan(10);
    const file = path.join(unpacked, 'sbom.json');
    await output(process.execPath, [path.join(repository, 'build/packaging/sbom.ts'), file]);
    const bom = bomSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const listed = new Set(bom.components.map(nameOf));
    expect([...bundled].filter((name) => !listed.has(name))).toEqual([]);
    for (const name of ['electron', 'node', 'keytar', 'koffi', 'pino', 'react']) expect(listed).toContain(name);
    for (const name of ['oidc-provider', 'playwright-core', 'vitest', 'node-addon-api'])
      expect(listed).not.toContain(name);

    const licences = await installed(`${companion.slice(1)}/THIRD-PARTY.txt`);
    const titles = new Set([...licences.matchAll(/^(\S+) \d\S* \(.*\)$/gm)].map(([, name]) => name));
    expect([...bundled].filter((name) => !titles.has(name))).toEqual([]);
    expect(licences).toContain('Node.js is licensed for use as follows');
  });

  it('is a proper desktop entry', async () => {
    const file = path.join(unpacked, 'usr/share/applications/dev.keytray.desktop.desktop');
    expect(await output('desktop-file-validate', [file])).toBe('');
    const entry = await installed('usr/share/applications/dev.keytray.desktop.desktop');
    expect(entry).toMatch(/^Exec=\/usr\/lib\/keytray\/keytray-desktop$/m);
    expect(entry).toMatch(/^Icon=dev\.keytray\.desktop$/m);
  });

  it('starts the installed agent from the systemd unit', async () => {
    const unit = await installed('usr/lib/systemd/user/keytray.service');
    expect(unit).toContain(`ExecStart="${companion}/bin/keytray" agent`);
    expect(unit).not.toMatch(/@\w+@/);
  });

  it('lets the app make user namespaces where AppArmor asks for a profile', async () => {
    const profile = await installed('usr/share/keytray/apparmor/keytray-desktop');
    expect(profile).toMatch(/profile "keytray-desktop" "\/usr\/lib\/keytray\/keytray-desktop" .*\n {2}userns,/);
  });

  it('runs from wherever the zip was unpacked, through a link too', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'keytray zip '));
    try {
      await output('unzip', ['-q', made.zip, '-d', folder]);
      const [top = ''] = await readdir(folder);
      const link = path.join(folder, 'kt');
      await symlink(path.join(folder, top, 'resources/keytray/bin/keytray'), link);
      const env = { PATH: '/usr/bin:/bin', HOME: folder };
      const ran = await runToEnd(link, ['services', 'list'], { cwd: '/', env });
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      expect(ran.stdout).toContain('gitlab');
      const demo = await runToEnd(link, ['demo'], { cwd: '/', env });
      expect(demo).toMatchObject({ status: 2, stderr: expect.stringContaining('in a checkout of the project only') });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  describe('installed in a throw-away root', () => installedStory(() => made));
});
