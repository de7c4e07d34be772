import { describeProblem, judgePath } from '../trusted-path.ts';

/** Where a message bus is (D-Bus specification, "Server Addresses"), judged for one user. */
export type BusPlace =
  | { readonly kind: 'none' }
  /** A socket of the user's or root's that nobody else can replace. */
  | { readonly kind: 'path'; readonly path: string }
  /** Whoever comes first has the name: only for a connection whose other end is asked for. */
  | { readonly kind: 'abstract'; readonly name: string }
  /** `why` is for people. */
  | { readonly kind: 'refused'; readonly why: string };

export interface BusSurroundings {
  readonly uid: number;
  /** XDG_RUNTIME_DIR, for `unix:runtime=yes`. */
  readonly runtimeFolder: string | undefined;
}

/**
 * The best of the addresses in the list: a socket in a trusted place, before one that has to prove who it is. An
 * address that starts a program (`autolaunch:`, `unixexec:`) or crosses TCP is never used. What is not there is no bus.
 */
export function findBus(addresses: string | undefined, surroundings: BusSurroundings): BusPlace {
  const places = (addresses ?? '')
    .split(';')
    .filter((address) => address !== '')
    .map((address) => judgeAddress(address, surroundings));
  const first = (kind: BusPlace['kind']): BusPlace | undefined => places.find((place) => place.kind === kind);
  return first('path') ?? first('abstract') ?? first('refused') ?? { kind: 'none' };
}

/** `unix:path=`, with every byte escaped that must be, and some that need not. */
export function formatUnixPath(path: string): string {
  return `unix:path=${encodeURI(path).replace(/[^\w/.%-]/g, escapeByte)}`;
}

function judgeAddress(address: string, { uid, runtimeFolder }: BusSurroundings): BusPlace {
  const [transport = '', ...rest] = address.split(':');
  if (transport !== 'unix') return refused(`the bus address ${transport}: does not tell who is behind it`);
  const keys = parseKeys(rest.join(':'));
  if (keys === undefined) return refused('the bus address cannot be parsed');
  const named = ['path', 'abstract', 'runtime'].filter((key) => keys.has(key));
  if (named.length > 1) return refused('the bus address names two sockets');
  const [path, abstract] = [keys.get('path'), keys.get('abstract')];
  if (path !== undefined) return judgeSocket(path, uid);
  if (abstract !== undefined) return isPlain(abstract) ? { kind: 'abstract', name: abstract } : refused(strange);
  if (keys.get('runtime') === 'yes') {
    return runtimeFolder === undefined ? { kind: 'none' } : judgeSocket(`${runtimeFolder}/bus`, uid);
  }
  return refused('the bus address names no socket');
}

const strange = 'the bus address has characters that the D-Bus client cannot use';

function judgeSocket(path: string, uid: number): BusPlace {
  if (!path.startsWith('/')) return refused('the bus address is not an absolute path');
  const judged = judgePath(path, uid);
  switch (judged.kind) {
    case 'absent':
      return { kind: 'none' };
    case 'refused':
      return refused(describeProblem(judged.problem));
    case 'trusted':
      if (!judged.found.isSocket()) return refused(`${judged.path} is not a socket`);
      return isPlain(judged.path) ? { kind: 'path', path: judged.path } : refused(strange);
  }
}

/** `key=value,key=value`, values with %XX for any byte; undefined where that is not so, or a key comes twice. */
function parseKeys(text: string): ReadonlyMap<string, string> | undefined {
  const keys = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const plain = value === undefined ? undefined : withoutEscapes(value);
    if (key === undefined || plain === undefined || keys.has(key)) return undefined;
    keys.set(key, plain);
  }
  return keys;
}

function withoutEscapes(value: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(value)) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    // Not UTF-8.
    return undefined;
  }
}

/** The D-Bus client takes these apart before, and instead of, undoing escapes. */
const isPlain = (text: string): boolean => text !== '' && !/[,;:%\0]/.test(text);

const escapeByte = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

const refused = (why: string): BusPlace => ({ kind: 'refused', why });
