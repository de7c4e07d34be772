import { describe, expect, it } from 'vitest';
import { isAppFile, isModuleFile, isProgramFile, neededModules } from '../../../build/packaging/contents.ts';
import { withFolders } from '../../../build/packaging/file-list.ts';
import { type Target, targetOf } from '../../../build/packaging/identity.ts';

const linux: Target = { platform: 'linux', arch: 'x64' };

describe('what goes into a package', () => {
  it.each([
    ['keytar', 'prebuilds/linux-x64/keytar.node'],
    ['keytar', 'lib/keytar.js'],
    ['keytar', 'LICENSE.md'],
    ['@koromix/koffi-linux-x64', 'linux_x64/koffi.node'],
    ['koffi', 'src/koffi/index.cjs'],
    ['pino', 'lib/worker.js'],
    ['pino', 'package.json'],
  ])('%s: %s goes in', (module, file) => expect(isModuleFile(module, file, linux)).toBe(true));

  it.each([
    ['keytar', 'prebuilds/linuxmusl-x64/keytar.node'],
    ['keytar', 'prebuilds/darwin-arm64/keytar.node'],
    // Built on the machine of whoever ran npm ci, for that machine.
    ['keytar', 'build/Release/keytar.node'],
    ['keytar', 'binding.gyp'],
    ['@koromix/koffi-linux-x64', 'musl_x64/koffi.node'],
    ['koffi', 'cnoke.cjs'],
    ['koffi', 'lib/native/base/base.cc'],
    ['pino', 'test/basic.test.js'],
    ['pino', 'benchmarks/basic.bench.js'],
    ['pino', 'bin.js'],
    ['pino', 'pino.d.ts'],
    ['pino', 'README.md'],
    ['anything', '.github/script.js'],
    ['anything', 'native.node'],
  ])('%s: %s stays out', (module, file) => expect(isModuleFile(module, file, linux)).toBe(false));

  it('takes built programs, without maps and the demo', () => {
    expect(['agent.js', 'cli-errors-x_1.js'].filter(isProgramFile)).toHaveLength(2);
    expect(['agent.js.map', '.hidden.js', 'note.txt'].filter(isProgramFile)).toEqual([]);
  });

  it('takes the app’s code and pages, without maps', () => {
    expect(['main.js', 'preload.cjs', 'renderer/index.html', 'icons/okTemplate@2x.png'].filter(isAppFile)).toHaveLength(
      4,
    );
    expect(['main.js.map', 'renderer/.vite/manifest.json', 'window.tsx'].filter(isAppFile)).toEqual([]);
  });

  it('follows what runs on the target, not what compiles or is for others', () => {
    const manifest = {
      dependencies: { split2: '1', 'node-addon-api': '8', '@koromix/koffi-linux-x64': '3' },
      optionalDependencies: { '@koromix/koffi-linux-x64': '3', '@koromix/koffi-darwin-arm64': '3', fsevents: '2' },
    };
    expect(neededModules(manifest, linux)).toEqual(['split2', '@koromix/koffi-linux-x64']);
    const mac: Target = { platform: 'darwin', arch: 'arm64' };
    expect(neededModules(manifest, mac)).toEqual(['split2', '@koromix/koffi-darwin-arm64']);
  });

  it('lets in the folders above an allowed file, and nothing beside it', () => {
    expect([...withFolders(['out/app/main.js', 'package.json'])].sort()).toEqual([
      'out',
      'out/app',
      'out/app/main.js',
      'package.json',
    ]);
  });

  it('has no package for other systems', () => {
    expect(targetOf('linux', 'arm64')).toEqual({ platform: 'linux', arch: 'arm64' });
    expect(() => targetOf('win32', 'x64')).toThrow('no package for win32 on x64');
    expect(() => targetOf('linux', 'ia32')).toThrow('no package for linux on ia32');
  });
});
