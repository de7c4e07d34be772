import { type HostAndPort, parseHost } from './host.ts';
import { pathSegments } from './url-path.ts';

/** A line of an account's host list, `host[:port][/path/prefix/*]`, read. */
export interface HostPattern extends HostAndPort {
  /** Whole path segments a repository's path must begin with, decoded. */
  readonly prefix: readonly string[];
  /** `/*` at the end: something must follow the prefix. */
  readonly below: boolean;
}

/** Undefined for what is no pattern: it would match nothing. */
export function parseHostPattern(text: string): HostPattern | undefined {
  const slash = text.indexOf('/');
  const address = parseHost(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const segments = slash < 0 ? [] : pathSegments(text.slice(slash));
  if (segments === undefined) return undefined;
  const below = segments.at(-1) === '*';
  const prefix = below ? segments.slice(0, -1) : segments;
  return prefix.some((segment) => segment.includes('*')) ? undefined : { ...address, prefix, below };
}

/** What is wrong with a value, and what to write instead. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
}

const label = /^[\p{L}\p{N}_]([\p{L}\p{N}_-]*[\p{L}\p{N}_])?$/u;

/**
 * `host`, `host:port`, `host/path` or `host/path/*`. The star stands for everything below and is the whole last
 * segment. Hosts have no wildcard: a token must not reach a host nobody wrote down. Whatever could never match is
 * refused, as another account would answer in its place.
 */
export function checkHostPattern(text: string): Problem | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
  if (scheme !== null) {
    const rest = text
      .slice(scheme[0].length)
      .replace(/^[^/]*@/, '')
      .replace(/\/+$/, '');
    return { message: 'a host is written without a scheme', fix: `write ${rest}` };
  }
  if (text.includes('@')) return { message: 'a host has no user name', fix: 'remove everything up to the @' };
  if (/[?#\\]|[^\S ]|\p{C}|^[^/]* /u.test(text))
    return { message: 'not a host', fix: 'write host, host:port or host/path/*' };
  const slash = text.indexOf('/');
  const authority = slash < 0 ? text : text.slice(0, slash);
  const problem = checkAuthority(authority) ?? (slash < 0 ? undefined : checkPath(authority, text.slice(slash + 1)));
  if (problem !== undefined || parseHostPattern(text) !== undefined) return problem;
  return parseHost(authority) === undefined
    ? { message: 'no request can name this host', fix: 'write a name such as gitlab.com, or a whole IP address' }
    : { message: 'no request can have this path', fix: 'write the path as the tool shows it, decoded or encoded once' };
}

/** Whose temporary credentials may be asked for, in full: what AWS calls the role's ARN. */
export function checkRoleArn(text: string): Problem | undefined {
  const sound = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(text);
  return sound ? undefined : { message: 'not a role', fix: 'write its ARN, as arn:aws:iam::123456789012:role/NAME' };
}

const pool =
  /^\/\/iam\.googleapis\.com\/(?:projects\/[\w-]+\/)?locations\/[\w-]+\/work(?:loadIdentity|force)Pools\/[\w-]+\/providers\/[\w-]+$/;

/** Provider of a workload or workforce identity pool, as `audience` of a Google credential file has it. */
export function checkGoogleAudience(text: string): Problem | undefined {
  if (pool.test(text)) return undefined;
  return { message: 'not an audience', fix: 'write the audience of the credential file: //iam.googleapis.com/…' };
}

function checkAuthority(authority: string): Problem | undefined {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(authority);
  const host = parts?.[1];
  if (host === undefined) return { message: 'not a host', fix: 'write host, host:port or [IPv6]:port' };
  if (host.includes('*')) return { message: 'hosts have no wildcard', fix: 'list each host' };
  const port = parts?.[2] === undefined ? 1 : Number(parts[2]);
  if (port < 1 || port > 65_535) return { message: 'no such port', fix: 'write a port from 1 to 65535' };
  const named = host.startsWith('[')
    ? URL.canParse(`http://${host}`)
    : host.split('.').every((part) => label.test(part));
  return named ? undefined : { message: 'not a host', fix: 'write a name such as gitlab.com' };
}

function checkPath(authority: string, path: string): Problem | undefined {
  if (path === '' || path.endsWith('/')) {
    const kept = path.replace(/\/+$/, '');
    return { message: 'ends with a slash', fix: `write ${kept === '' ? authority : `${authority}/${kept}/*`}` };
  }
  const segments = path.split('/');
  const stray = segments.some((part, index) => part.includes('*') && (part !== '*' || index < segments.length - 1));
  if (stray) return { message: '* stands only at the end, after a slash', fix: `write ${authority}/folder/*` };
  if (segments.some((part) => part === '' || part === '.' || part === '..')) {
    return { message: 'empty, . or .. in the path', fix: 'write the path as the tool shows it' };
  }
  return undefined;
}
