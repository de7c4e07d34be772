import type { ServiceKey } from './provider.ts';

/** What a key is called, and how long it lives, that takes the place of another one. Pure. */

const day = 86_400_000;
const numbered = /^(.+)-([1-9]\d{0,2})$/;

/** `ci` becomes `ci-2`, `ci-2` becomes `ci-3`, past names that are taken. A longer number is part of the name: a year. */
export function nextName(name: string, taken: ReadonlySet<string>): string {
  const [, stem = name, digits = '1'] = numbered.exec(name) ?? [];
  for (let number = Number(digits) + 1; ; number += 1) {
    const next = `${stem}-${number}`;
    if (!taken.has(next)) return next;
  }
}

/** As many whole days as the key was made for, from 1 to 365; undefined where nothing tells. */
export function daysOf({ createdAt, expiresAt }: Pick<ServiceKey, 'createdAt' | 'expiresAt'>): number | undefined {
  if (createdAt === undefined || expiresAt === undefined) return undefined;
  return Math.min(365, Math.max(1, Math.round((expiresAt - createdAt) / day)));
}
