import type { JSX } from 'react';
import { hueOf } from './hue.ts';

/** A letter instead of a logo: marks of other companies are not ours to show. */
export function Mark({ name, large = false }: { readonly name: string; readonly large?: boolean }): JSX.Element {
  const letter = [...name][0]?.toUpperCase() ?? '?';
  return (
    <span className={`mark hue-${hueOf(name)}${large ? ' large' : ''}`} aria-hidden="true">
      {letter}
    </span>
  );
}
