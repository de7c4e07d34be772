import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { runToEnd } from './processes.ts';
import { trixieCommand } from './trixie.ts';

export interface DockerRegistry {
  close(): Promise<void>;
}

/** A port nobody listens on now; a registry is told its port before it starts. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Debian's docker-registry on plain http, which lets in nobody but this user with this password. */
export async function startDockerRegistry(
  folder: string,
  options: { readonly port: number; readonly username: string; readonly password: string },
): Promise<DockerRegistry> {
  const { port, username, password } = options;
  const htpasswd = path.join(folder, 'htpasswd');
  const config = path.join(folder, 'registry.json');
  await writeFile(htpasswd, `${username}:${await bcrypt(password, folder)}\n`);
  const settings = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'registry') } },
    http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: 'lab', path: htpasswd } },
  };
  // JSON is YAML.
  await writeFile(config, JSON.stringify(settings));
  const [file, ...args] = trixieCommand('docker-registry', ['serve', config], { cwd: folder });
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await answers(`http://127.0.0.1:${port}/v2/`, child, () => said);
  return {
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function answers(url: string, child: ChildProcess, said: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}: ${said()}`);
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 401) return;
    await setTimeout(50);
  }
}

/** By crypt(3) of the system, in Perl, which every Debian has. Its password stands in no argument. */
async function bcrypt(password: string, folder: string): Promise<string> {
  const script = 'my $p = <STDIN>; print crypt($p, q($2b$04$abcdefghijklmnopqrstuu))';
  const options = { env: { PATH: process.env.PATH }, cwd: folder, input: password };
  const { stdout, stderr } = await runToEnd('perl', ['-e', script], options);
  if (!stdout.startsWith('$2b$')) throw new Error(`no bcrypt in crypt(3): ${stderr}`);
  return stdout;
}

/** An image of one empty layer in `folder`, as skopeo reads it with `oci:FOLDER:TAG`. */
export async function writeImage(folder: string, tag: string): Promise<void> {
  const blobs = path.join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const put = async (bytes: Buffer, mediaType: string) => {
    const digest = digestOf(bytes);
    await writeFile(path.join(blobs, digest), bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const tar = Buffer.alloc(1024);
  const layer = await put(gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip');
  const image = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${digestOf(tar)}`] },
  };
  const config = await put(Buffer.from(JSON.stringify(image)), 'application/vnd.oci.image.config.v1+json');
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const content = { schemaVersion: 2, mediaType: manifestType, config, layers: [layer] };
  const manifest = await put(Buffer.from(JSON.stringify(content)), manifestType);
  const named = { ...manifest, annotations: { 'org.opencontainers.image.ref.name': tag } };
  await writeFile(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  await writeFile(path.join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
