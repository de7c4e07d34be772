import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, runToEnd } from '../../support/processes.ts';

const repository = path.resolve(import.meta.dirname, '../../..');

/** A checkout with `npm start` and nothing else of ours: every program it may become says who it is. */
describe('npm start', () => {
  let checkout: string;
  const at = (file: string): string => path.join(checkout, file);

  beforeEach(async () => {
    checkout = await mkdtemp(path.join(tmpdir(), 'keytray-start-'));
    for (const folder of ['build', 'core/platform', 'out/app', 'out/bin', 'node_modules/electron', 'own']) {
      await mkdir(at(folder), { recursive: true });
    }
    const parts = ['start.ts', 'start-choice.ts', 'installed-electron.ts'].map((file) => `build/${file}`);
    for (const file of [...parts, 'core/platform/start-environment.ts']) {
      await copyFile(path.join(repository, file), at(file));
    }
    await writeFile(at('package.json'), '{"type":"module"}');
    await writeFile(at('out/app/main.js'), '');
    await script('out/bin/keytray', 'agent');
  });

  afterEach(() => rm(checkout, { recursive: true, force: true }));

  const script = (file: string, name: string) =>
    writeFile(
      at(file),
      `#!/bin/sh\necho "${name} $* $ELECTRON_RUN_AS_NODE$NODE_EXTRA_CA_CERTS$SSL_CERT_FILE"\nexit 7\n`,
      { mode: 0o755 },
    );

  const installer = (text: string) =>
    writeFile(
      at('node_modules/electron/install.js'),
      `const { writeFileSync, mkdirSync } = require('node:fs');\n${text}`,
    );

  const start = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    runToEnd(process.execPath, [at('build/start.ts'), ...args], {
      cwd: checkout,
      env: { PATH: process.env.PATH, ELECTRON_RUN_AS_NODE: '1', ...env },
    });

  it('becomes the Electron that ELECTRON_OVERRIDE_DIST_PATH names', async () => {
    await script('own/electron', 'electron');
    const env = { NODE_EXTRA_CA_CERTS: '/nonexistent', SSL_CERT_FILE: '/nonexistent' };
    const ran = await start(['--hidden'], { ELECTRON_OVERRIDE_DIST_PATH: at('own'), ...env });
    // Its own status, not run as plain Node, and trusting nobody else's authorities.
    expect(ran).toMatchObject({ status: 7, stdout: `electron ${checkout} --hidden \n` });
  });

  it('downloads once, then becomes what came', async () => {
    await installer(`
      mkdirSync(__dirname + '/dist');
      writeFileSync(__dirname + '/dist/electron', '#!/bin/sh\\necho downloaded', { mode: 0o755 });
      writeFileSync(__dirname + '/path.txt', 'electron');`);
    expect(await start()).toMatchObject({ status: 0, stdout: 'downloaded\n' });
  });

  it('becomes the agent where the download fails, in one line and without its noise', async () => {
    await installer(`console.error('TypeError: fetch failed\\n    at …'); process.exit(1);`);
    const { status, stdout, stderr } = await start();
    expect({ status, stdout }).toEqual({ status: 7, stdout: 'agent agent 1\n' });
    expect(stderr).toMatch(/^keytray: downloading Electron .*\nkeytray: no tray icon: .*could not be downloaded.*\n$/);
  });

  it('does not try with --no-download', async () => {
    await installer(`writeFileSync(__dirname + '/tried', '');`);
    const { stdout, stderr } = await start(['--no-download']);
    expect(stdout).toBe('agent agent 1\n');
    expect(stderr).toMatch(/^keytray: no tray icon: Electron is not installed .*npx install-electron.*\n$/);
  });

  it('says that the app is not built before it asks for Electron', async () => {
    await rm(at('out/app/main.js'));
    const { stdout, stderr } = await start();
    expect(stdout).toBe('agent agent 1\n');
    expect(stderr).toMatch(/^keytray: no tray icon: the desktop app is not built \(npm run build\).*\n$/);
  });
});
