import { accountIdLength, splitAccountId } from '../config/account-id.ts';

const longestLabel = 40;

/** What is left of a foreign name in an account id; undefined where nothing is. */
export function labelOf(name: string): string | undefined {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, longestLabel)
    .replace(/[._-]+$/, '');
  return label === '' ? undefined : label;
}

/** `service`, where the name says nothing, else `service@name`. */
export function idFor(service: string, name: string | undefined): string {
  const label = name === undefined || name.toLowerCase() === 'default' ? undefined : labelOf(name);
  return label === undefined ? service : `${service}@${label}`;
}

/** The id, or where it is taken the same with another label: an account is never written over. */
export function freeId(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  const { name, label } = splitAccountId(id);
  const base = label ?? 'imported';
  for (let count = label === undefined ? 1 : 2; ; count += 1) {
    const end = count === 1 ? '' : `-${count}`;
    const free = `${name}@${base.slice(0, accountIdLength - name.length - 1 - end.length)}${end}`;
    if (!taken.has(free)) return free;
  }
}
