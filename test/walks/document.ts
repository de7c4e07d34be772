import type { Walk } from './walks.ts';

/** From the socket inwards, as a call passes them. */
const order = [
  'local-api',
  'helpers',
  'wire',
  'broker',
  'hand-out',
  'notices',
  'sign-in',
  'refresh',
  'accounts',
  'stores',
  'credentials',
  'oauth',
  'http',
  'config',
  'services',
  'platform',
  'failures',
  'untrusted',
  'concurrency',
];

/** The walks as a section of docs/architecture.md: a table each, a row a folder. */
export function walksSection(walks: readonly Walk[]): string {
  return walks.map(walkText).join('\n\n');
}

function walkText({ title, aim, files }: Walk): string {
  const folders = Map.groupBy(files, folderOf);
  const rows = [...folders]
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
    .map(([folder, inside]) => `| \`${folder}/\` | ${inside.map(nameOf).toSorted().join(', ')} |`);
  const wanted = aim === undefined ? '' : `; the aim is ${aim}`;
  return [`**${title}** passes ${files.length} files${wanted}:`, '', '| folder | files |', '|---|---|', ...rows].join(
    '\n',
  );
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.ts$/, '');

function rankOf(folder: string): number {
  const rank = order.indexOf(folder.split('/')[1] ?? '');
  return rank === -1 ? order.length : rank;
}

const begin = '<!-- walks: npm run walks -->';
const end = '<!-- end of walks -->';

/** The document with its section of walks replaced. Throws where it has none. */
export function withWalks(document: string, walks: readonly Walk[]): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error('the document has no place for the walks');
  return `${document.slice(0, from)}${begin}\n\n${walksSection(walks)}\n\n${document.slice(to)}`;
}
