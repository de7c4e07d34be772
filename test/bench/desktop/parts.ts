/** What is built or packed, by the files it consists of. Paths are those below the repository. */
export interface Part {
  readonly what: string;
  /** A folder. */
  readonly folder: string;
  readonly files: RegExp;
  /** What is compressed as it is gains nothing from gzip. */
  readonly packed?: true;
  /** Made by a command of its own, so it may not be there. */
  readonly optional?: true;
}

export interface FoundPart {
  readonly part: Part;
  /** Names in its folder. */
  readonly names: readonly string[];
}

/** A program and its chunks, as build/bundle.ts names them; source maps are in no package. */
const withChunks = (name: string): RegExp => new RegExp(`^${name}(?:-[\\w-]+)?\\.js$`);

export const parts: readonly Part[] = [
  { what: 'main process', folder: 'out/app', files: withChunks('main') },
  { what: 'preload script', folder: 'out/app', files: /^preload\.cjs$/ },
  { what: 'pages, JavaScript', folder: 'out/app/renderer/assets', files: /\.js$/ },
  { what: 'pages, CSS', folder: 'out/app/renderer/assets', files: /\.css$/ },
  { what: 'command line', folder: 'out/lib', files: withChunks('cli') },
  { what: 'agent', folder: 'out/lib', files: withChunks('agent') },
  { what: 'keychain child', folder: 'out/lib', files: withChunks('keychain-child') },
  { what: 'client, native', folder: 'out/bin', files: /^keytray$/ },
  { what: 'client, Node twin', folder: 'out/lib', files: withChunks('client') },
  { what: 'deb', folder: `dist/make/deb/${process.arch}`, files: /\.deb$/, packed: true, optional: true },
];

/** Which names of its folder belong to each part. */
export function findParts(
  wanted: readonly Part[],
  namesIn: (folder: string) => readonly string[],
): { readonly found: readonly FoundPart[]; readonly missing: readonly string[]; readonly notMade: readonly string[] } {
  const all = wanted.map((part) => ({ part, names: namesIn(part.folder).filter((name) => part.files.test(name)) }));
  const absent = all.filter(({ names }) => names.length === 0).map(({ part }) => part);
  return {
    found: all.filter(({ names }) => names.length > 0),
    missing: absent.filter(({ optional }) => optional !== true).map(({ what, folder }) => `${what}: not in ${folder}`),
    notMade: absent.filter(({ optional }) => optional === true).map(({ what }) => what),
  };
}
