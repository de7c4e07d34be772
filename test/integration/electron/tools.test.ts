import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConfigFeed } from '../../../core/config/config-feed.ts';
import { toolMethods } from '../../../electron/api/tools.ts';
import { privateFolders } from '../../support/app-scene.ts';

const yaml = `accounts:
  lab:
    service: oidc
    issuer: https://login.lab.example
    client_id: keytray
    curl: [api.lab.example]
    cargo: [crates.lab.example]
    docker: [registry.lab.example]
    kubernetes: [k8s.lab.example]
`;

describe('the tools of the pages', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let close: () => void;
  let tools: ReturnType<typeof toolMethods>;

  beforeEach(async () => {
    const folders = await privateFolders();
    folder = folders.folder;
    const programs = { bin: path.join(folder, 'bin'), libexec: path.join(folder, 'libexec') };
    await mkdir(programs.bin);
    // Ours, too: lists say where one is missing.
    const names = ['cargo', 'curl', 'docker', 'docker-credential-keytray', 'keytray', 'kubectl', 'go'];
    for (const name of names) await writeFile(path.join(programs.bin, name), '#!/bin/sh\n', { mode: 0o755 });
    // Only these programs are on this machine.
    env = { ...folders.env, PATH: programs.bin };
    await writeFile(path.join(folder, 'config.yaml'), yaml, { mode: 0o600 });
    const config = await openConfigFeed(env, process.getuid?.() ?? 0);
    close = () => config.close();
    tools = toolMethods({ config, env, programs });
  });
  afterEach(async () => {
    close();
    await rm(folder, { recursive: true, force: true });
  });

  const view = async (name: string) => (await tools.listTools(undefined)).find(({ tool }) => tool === name);

  it('are not set up where nothing of theirs matches, though there is nothing to change', async () => {
    for (const tool of ['cargo', 'kubernetes']) {
      expect(await tools.planSetup({ tool, undo: false })).toMatchObject({ changed: false });
      expect(await view(tool)).toMatchObject({ state: 'not_set_up', accounts: ['lab'] });
    }
  });

  it('are used by hand, not set up, where they have no place for a helper', async () => {
    expect(await view('curl')).toEqual({
      tool: 'curl',
      title: 'curl',
      state: 'not_set_up',
      byHand: true,
      accounts: ['lab'],
      hosts: ['api.lab.example'],
    });
    const { changed, lines } = await tools.planSetup({ tool: 'curl', undo: false });
    expect({ changed, lines: lines.join('\n') }).toEqual({
      changed: false,
      lines: expect.stringContaining('curl config'),
    });
  });

  it('are set up once that was done, and not before', async () => {
    expect(await view('docker')).toMatchObject({ state: 'not_set_up' });
    await tools.applySetup({ tool: 'docker' });
    expect(await view('docker')).toMatchObject({ state: 'set_up', title: 'Docker' });
    await tools.undoSetup({ tool: 'docker' });
    expect(await view('docker')).toMatchObject({ state: 'not_set_up' });
  });

  it('say what keeps them from being set up', async () => {
    expect(await view('go')).toMatchObject({ state: 'not_set_up', hindrance: 'No account serves it yet.' });
    await mkdir(path.join(folder, 'home/.kube'));
    await writeFile(path.join(folder, 'home/.kube/config'), 'a: [\n');
    expect(await view('kubernetes')).toMatchObject({
      state: 'not_set_up',
      hindrance: expect.stringContaining('.kube/config:'),
    });
    expect(await view('git')).toMatchObject({ state: 'not_found' });
  });
});
