import type { Field } from './field.ts';
import type { GrantKind } from './grant.ts';
import { databasePasswordField, type LakebaseTargets, takesOwnPassword } from './lakebase.ts';
import type { Service } from './service.ts';

/** The fields a grant has where its service says no more. */
const ownFields: Readonly<Partial<Record<GrantKind, readonly Field[]>>> = {
  client_credentials: [{ name: 'client_secret', title: 'Client secret' }],
  api_key: [{ name: 'api_key', title: 'API key' }],
  pasted_code: [{ name: 'code', title: 'Code' }],
};

/** Where people sign in by browser, the password of a database is given beside that. */
export function fieldsOf(
  grant: GrantKind,
  service: Pick<Service, 'fields'>,
  databases?: LakebaseTargets,
): readonly Field[] {
  const fields = service.fields?.[grant] ?? ownFields[grant] ?? [];
  return fields.length > 0 && takesOwnPassword(databases) ? [...fields, databasePasswordField] : fields;
}

/** What is wrong with a value, in words that do not repeat it; undefined where nothing is. Pure. */
export function fieldProblem(field: Field, value: string): string | undefined {
  // A blank one could be stored, and not be read again.
  if (value.trim() === '') return `${field.title} is empty`;
  if (/[^\x20-\x7e]/.test(value)) return `${field.title} has characters that no key has; copy it again`;
  const broken = field.rules?.find(({ pattern, kind }) => new RegExp(pattern).test(value) !== (kind === 'must'));
  return broken?.message;
}
