import { type Row, type RowId, rows, systems } from './systems.ts';

/** A test that passed and called `row`. */
export interface ShowingTest {
  /** From the top of the repository. */
  readonly file: string;
  readonly name: string;
  readonly rows: readonly RowId[];
}

const table: readonly (readonly [RowId, Row])[] = Object.entries(rows).map(([id, row]) => [id as RowId, row]);

/** Rows that no test shows, and that have no other reason. */
export function unshown(tests: readonly ShowingTest[]): readonly RowId[] {
  const shown = new Set(tests.flatMap((test) => test.rows));
  return table.flatMap(([id, { status }]) => (shown.has(id) || status !== undefined ? [] : [id]));
}

/** docs/services/rows.md. Tests in the order of their files, so that it is the same after every run. */
export function rowsDocument(tests: readonly ShowingTest[]): string {
  const shown = new Map<RowId, Place[]>();
  const ordered = [...tests].sort((a, b) => (`${a.file} ${a.name}` < `${b.file} ${b.name}` ? -1 : 1));
  for (const { file, name, rows: ids } of ordered) {
    for (const id of ids) shown.set(id, [...(shown.get(id) ?? []), { file, name }]);
  }
  const statuses = table.map(([id, row]) => statusOf(shown.get(id) ?? [], row));
  const count = (kind: Status['kind']) => statuses.filter((status) => status.kind === kind).length;
  const counts = `${count('shown')} shown by tests, ${count('waits')} wait for a part that is not built yet, ${count('void')} void`;
  const sections = Object.entries(systems).flatMap(([letter, title]) => [
    `## ${title}`,
    '',
    '| row | need | shown by |',
    '|---|---|---|',
    ...table.flatMap(([id, { need }], index) => {
      const status = statuses[index];
      return id.startsWith(letter) && status !== undefined ? [`| ${id} | ${cell(need)} | ${cell(status.words)} |`] : [];
    }),
    '',
  ]);
  return [
    '# The five systems, row by row',
    '',
    'Written by `npm run rows` from a run of the tests: a row counts as delivered where a test that passed shows it.',
    '',
    `${table.length} rows: ${counts}.`,
    '',
    ...sections,
  ].join('\n');
}

type Place = Pick<ShowingTest, 'file' | 'name'>;

interface Status {
  readonly kind: 'shown' | 'missing' | NonNullable<Row['status']>['kind'];
  readonly words: string;
}

/** A test of many cases is named by its first. */
function placesOf(tests: readonly Place[]): string {
  const files = Map.groupBy(tests, ({ file }) => file);
  return [...files]
    .map(([file, [first, ...others]]) => {
      const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
      return `${file}: ${first?.name}${more}`;
    })
    .join('<br>');
}

function statusOf(tests: readonly Place[], { status }: Row): Status {
  if (tests.length > 0) return { kind: 'shown', words: placesOf(tests) };
  switch (status?.kind) {
    case undefined:
      return { kind: 'missing', words: 'nothing' };
    case 'void':
      return { kind: 'void', words: `void: ${status.why}` };
    case 'waits':
      return { kind: 'waits', words: `waits for: ${status.why}` };
  }
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
