import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsRoot } from '../../support/needs-root.ts';
import { runToEnd } from '../../support/processes.ts';
import { trixieCommand } from '../../support/trixie.ts';
import { gitHome } from './git-home.ts';

const host = (name: string, loopback = false) => ({ host: name, loopback, ambiguous: false });

describe('setup git for a host with a port', () => {
  needsRoot('lets cargo ask us for a git dependency, whose libgit2 leaves the port out', async () => {
    const home = await gitHome();
    const given: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      given.push(headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    }).listen(0, 'localhost');
    onTestFinished(() => {
      server.close();
    });
    await once(server, 'listening');
    const address = server.address();
    const name = `localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
    await home.setup({ hosts: [host(name, true)] });

    const folder = join(home.home, 'demo');
    await mkdir(join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'src/lib.rs'), '');
    const dependency = `[dependencies]\nother = { git = "http://${name}/other" }\n`;
    await writeFile(join(folder, 'Cargo.toml'), `[package]\nname = "demo"\nversion = "0.1.0"\n${dependency}`);
    // Its own /etc names no localhost.
    const [program, ...args] = trixieCommand('cargo', ['fetch'], { cwd: folder, binds: ['/etc'] });
    const env = { ...home.env, CARGO_HOME: join(home.home, 'cargo'), CARGO_NET_RETRY: '0' };
    await runToEnd(program, args, { cwd: folder, env });
    expect(given).toContain(`Basic ${Buffer.from('u:from-keytray').toString('base64')}`);

    await home.setup({ undo: true });
    await expect(readFile(home.gitconfig)).rejects.toThrow('ENOENT');
  });

  it('leaves the helpers of the same host without the port to git', async () => {
    const home = await gitHome();
    const theirs =
      '[credential "https://git.example"]\n\thelper = "!echo username=theirs; echo password=theirs; true"\n';
    await writeFile(home.gitconfig, theirs);
    await home.setup({ hosts: [host('git.example:8443')] });
    expect(await home.fill('protocol=https\nhost=git.example\n\n')).toContain('password=theirs');
    expect(await home.calls()).toBe('');
    expect(await home.fill('protocol=https\nhost=git.example:8443\n\n')).toContain('password=from-keytray');
    await home.setup({ undo: true });
    expect(await readFile(home.gitconfig, 'utf8')).toBe(theirs);
  });
});
