import type { JSX } from 'react';

function classOf(line: string): string {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return 'place';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : '';
}

/** A unified diff; the signs stay, so that colour says nothing alone. */
export function Diff({ file, diff }: { readonly file: string; readonly diff: string }): JSX.Element {
  const lines = diff.replace(/\n$/, '').split('\n');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be scrollable with the keyboard
    <section className="diff" tabIndex={0} aria-label={`Changes to ${file}`}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a diff have no other identity, and never move
        <span key={index} className={classOf(line)}>
          {line === '' ? ' ' : line}
        </span>
      ))}
    </section>
  );
}
