import { extname, normalize, sep } from 'node:path';
import { securityHeaders } from './headers.ts';
import { isOwn } from './origin.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface BundleFiles {
  /** `path` is relative, without `..`; undefined where there is no such file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Answers for the pages' own origin, from the files they were built into and nothing else. */
export function bundleHandler(files: BundleFiles): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isOwn(request.url)) return refusal(403);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, { Allow: 'GET, HEAD' });
    const path = filePath(new URL(request.url).pathname);
    const type = path === undefined ? undefined : types[extname(path)];
    if (path === undefined || type === undefined) return refusal(404);
    const body = await files.read(path);
    if (body === undefined) return refusal(404);
    const headers = { ...securityHeaders, 'Content-Type': type, 'Content-Length': String(body.byteLength) };
    return new Response(request.method === 'HEAD' ? null : body, { headers });
  };
}

/** Undefined where it would leave the folder, or hides what it names. */
function filePath(pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (/[\0\\%]/.test(decoded)) return undefined;
  const path = normalize(`.${sep}${decoded}`);
  return path.startsWith('..') || path.startsWith(sep) || path.split(sep).some((part) => part.startsWith('.'))
    ? undefined
    : path;
}

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { ...securityHeaders, ...headers } });
}
