import type { JSX } from 'react';

/** The same name has the same colour everywhere. */
export function hueOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 6_007;
  return sum % 6;
}

/** A letter instead of a logo: marks of other companies are not ours to show. */
export function Mark({ name, large = false }: { readonly name: string; readonly large?: boolean }): JSX.Element {
  const letter = [...name][0]?.toUpperCase() ?? '?';
  return (
    <span className={`mark hue-${hueOf(name)}${large ? ' large' : ''}`} aria-hidden="true">
      {letter}
    </span>
  );
}
