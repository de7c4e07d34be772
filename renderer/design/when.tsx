import type { JSX } from 'react';
import { useNow } from '../state/now.ts';
import { formatAbsolute, formatRelative } from './duration.ts';

/** A time, relative first; the absolute one shows on hover and is read out after it. */
export function When({ at }: { readonly at: string }): JSX.Element {
  const now = useNow();
  const time = Date.parse(at);
  const absolute = formatAbsolute(time);
  return (
    <time dateTime={at} title={absolute}>
      {formatRelative(time, now)}
      <span className="visually-hidden">, {absolute}</span>
    </time>
  );
}
