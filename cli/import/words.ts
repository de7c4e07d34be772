import type { FoundAccount } from '../../core/imports/found.ts';
import type { SourceRead } from '../../core/imports/sources.ts';
import { fieldsOf } from '../../core/services/fields.ts';
import { traitsOf } from '../../core/services/grant.ts';
import { services } from '../../core/services/registry.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { grantOf, type Planned } from './plan.ts';
import type { TakenOver } from './take-over.ts';

/** What is taken over of it, in the words of the form a person would fill in. Never a value. */
function whatIsTaken({ fields, secrets }: FoundAccount): string {
  const grant = grantOf(fields);
  const service = services.get(fields.service);
  if (secrets.size === 0) return traitsOf(grant).signIn === 'browser' ? 'nothing; sign in once' : 'asks the program';
  const known = service === undefined ? [] : fieldsOf(grant, service);
  return [...secrets.keys()].map((name) => known.find((field) => field.name === name)?.title ?? name).join(', ');
}

function stateOf(planned: Planned): string {
  switch (planned.kind) {
    case 'add':
      return whatIsTaken(planned.found);
    case 'there':
      return 'is there already';
    case 'unusable':
      return 'cannot be used';
  }
}

/** What is to be said of one of them. */
const notesOf = (planned: Planned): readonly string[] =>
  planned.kind === 'unusable' ? [planned.why, ...planned.found.notes] : planned.found.notes;

/** Within the files, which are named above the list. */
function placeOf({ files }: SourceRead, { where }: FoundAccount): string {
  const file = files.find((name) => where.startsWith(`${name}, `));
  return file === undefined ? where : where.slice(file.length + 2);
}

/** Everything that was found, before anything is done. */
export function findingsText(read: SourceRead, plan: readonly Planned[], columns: number): string {
  const rows = plan.map((planned) => [
    { text: planned.id },
    // A person agrees to where a secret is tried, too.
    { text: planned.kind === 'add' ? (planned.address ?? '') : '' },
    { text: stateOf(planned) },
    { text: placeOf(read, planned.found) },
  ]);
  const titles = [
    { title: 'ACCOUNT' },
    { title: 'ADDRESS', least: 12 },
    { title: 'TAKES OVER' },
    { title: 'FOUND IN', least: 12 },
  ];
  const table = rows.length === 0 ? '' : formatTable(titles, rows, { columns, cutOrder: [3, 1] });
  const notes = [...plan.flatMap((planned) => notesOf(planned).map((note) => `${planned.id}: ${note}`)), ...read.notes];
  const named = rows.length === 0 ? '' : `Found in ${read.files.map(printable).join(', ')}:\n`;
  return `${named}${table}${notes.map((note) => `${printable(note)}\n`).join('')}`;
}

/** The same for programs. */
export function findingsJson(
  source: string,
  read: SourceRead,
  plan: readonly Planned[],
  results?: readonly TakenOver[],
) {
  return {
    source,
    files: read.files,
    found: plan.map((planned) => {
      const { kind, id, found } = planned;
      const { service, grant, url, client_id, settings } = found.fields;
      const result = results?.find((candidate) => candidate.id === id);
      return {
        ...{ account: id, service, grant: grant ?? grantOf(found.fields), url, client_id, settings },
        ...{ secrets: [...found.secrets.keys()], found_in: printable(found.where) },
        ...{ notes: notesOf(planned).map(printable), action: kind },
        ...(result !== undefined && {
          outcome: result.outcome,
          error_description: result.message,
          removed: result.removed,
        }),
      };
    }),
    notes: read.notes.map(printable),
  };
}

/** One line for what became of an account. */
export function resultText({ id, outcome, message, removed, left }: TakenOver, planned: Planned): string {
  const { found } = planned;
  const gone =
    found.takeOut === undefined ? '' : ` ${found.takeOut.entries.join(', ')} removed from ${found.takeOut.file}.`;
  const end = removed === true ? gone : removed === false ? ` Not removed: ${left ?? 'unknown'}.` : '';
  switch (outcome) {
    case 'kept':
      return `${id}: tried and kept.${end}`;
    case 'added':
      return traitsOf(grantOf(found.fields)).signIn === 'browser'
        ? `${id}: added. Then: keytray login ${id}`
        : `${id}: added.`;
    case 'there':
      return `${id}: is there already; to give it another secret: keytray login ${id} --renew`;
    case 'failed':
      return `${id}: not taken over; ${message ?? 'unknown'}`;
  }
}
