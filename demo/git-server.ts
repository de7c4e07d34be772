import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type CgiHead, readCgiHead } from './cgi.ts';

/** A git server on loopback: git's own `http-backend` behind HTTP authentication. For the demo and the tests. */

export type PresentedCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

export type OfferedSchemes = 'basic' | 'bearer' | 'both';

export interface GitServerOptions {
  /** Folder that holds the bare repositories. */
  readonly root: string;
  readonly schemes: OfferedSchemes;
  /** Asked for every request, also for one without a credential; a scheme that is not offered never gets here. */
  readonly authorize: (credential: PresentedCredential) => Promise<boolean>;
  /** Default: a free port. */
  readonly port?: number;
}

/** One request as it was answered. Holds no secret. */
export interface GitRequest {
  readonly method: string;
  /** With the query, which names the service: `git-upload-pack` or `git-receive-pack`. */
  readonly path: string;
  readonly scheme: PresentedCredential['kind'];
  readonly ok: boolean;
}

export interface GitServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly requests: readonly GitRequest[];
  close(): Promise<void>;
}

const challenges: Readonly<Record<OfferedSchemes, readonly string[]>> = {
  basic: ['Basic realm="git"'],
  bearer: ['Bearer realm="git"'],
  both: ['Bearer realm="git"', 'Basic realm="git"'],
};
const run = promisify(execFile);

export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: GitRequest[] = [];
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = serve(request, response, options, requests).catch(() => {
      response.destroy();
    });
    running.add(answered);
    void answered.finally(() => running.delete(answered));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(running);
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { root, schemes, authorize }: GitServerOptions,
  requests: GitRequest[],
): Promise<void> {
  const credential = presented(request.headers.authorization);
  const isOffered = credential.kind === 'none' || schemes === 'both' || credential.kind === schemes;
  const ok = isOffered && (await authorize(credential));
  requests.push({ method: request.method ?? '', path: request.url ?? '', scheme: credential.kind, ok });
  if (!ok) {
    response.writeHead(401, { 'WWW-Authenticate': [...challenges[schemes]], 'Content-Type': 'text/plain' });
    response.end('sign in first\n');
    return;
  }
  await runBackend(request, response, root);
}

/** RFC 7617 and RFC 6750 §2.1. Anything else counts as nothing presented. */
function presented(authorization: string | undefined): PresentedCredential {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic': {
      const pair = Buffer.from(value, 'base64').toString('utf8');
      const colon = pair.indexOf(':');
      return colon < 0
        ? { kind: 'none' }
        : { kind: 'basic', username: pair.slice(0, colon), password: pair.slice(colon + 1) };
    }
    case 'bearer':
      return { kind: 'bearer', token: value };
    default:
      return { kind: 'none' };
  }
}

/** RFC 3875. Both directions stream, so that a push or clone of any size needs no memory here. */
async function runBackend(request: IncomingMessage, response: ServerResponse, root: string): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...plainGitEnvironment(root),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      // http-backend unpacks gzip itself, and reads to this length or, without one, to the end.
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      // With a user name http-backend allows pushes; who it is was decided before.
      REMOTE_USER: 'signed-in',
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  const ended = new Promise<void>((resolve) => backend.once('close', () => resolve()));
  response.once('close', () => {
    if (!response.writableFinished) backend.kill();
  });
  backend.once('error', () => response.destroy());
  // git may stop reading early (it has refused the push); the answer then still matters.
  pipeline(request, backend.stdin).catch(() => {});
  const { head, body } = await readCgiHead(backend.stdout);
  writeHead(response, head);
  await pipeline(body, response);
  await ended;
}

function writeHead(response: ServerResponse, head: CgiHead | undefined): void {
  if (head === undefined) throw new Error('git http-backend gave no answer');
  response.writeHead(head.status, head.headers.flat());
}

/** A bare repository `NAME` under `root` with one commit of these files on `main`. */
export async function createRepository(
  root: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const bare = path.join(root, name);
  const work = await mkdtemp(path.join(tmpdir(), 'keytray-repository-'));
  const env = { ...plainGitEnvironment(work), ...author };
  const git = (...args: string[]) => run('git', args, { cwd: work, env });
  try {
    await git('init', '--quiet', '--initial-branch=main');
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(work, file)), { recursive: true });
      await writeFile(path.join(work, file), text);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message=first');
    await git('clone', '--quiet', '--bare', '--no-local', '.', bare);
    return bare;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const author = {
  GIT_AUTHOR_NAME: 'Keytray',
  GIT_AUTHOR_EMAIL: 'keytray@localhost',
  GIT_COMMITTER_NAME: 'Keytray',
  GIT_COMMITTER_EMAIL: 'keytray@localhost',
};

/** The person's own git configuration (hooks, signing, templates) stays out of this. */
function plainGitEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };
}
