import type { JSX } from 'react';
import type { AccountView } from '../../ipc/views.ts';
import { formatAbsolute } from '../design/duration.ts';
import { useNow } from '../state/now.ts';
import { tokenLife } from './words.ts';

/** What is left of the access token; the bar only repeats what the text says. */
export function TokenBar({ view }: { readonly view: AccountView }): JSX.Element | null {
  const life = tokenLife(view, useNow());
  if (life === undefined) return null;
  const title = view.expires_at === undefined ? undefined : `until ${formatAbsolute(Date.parse(view.expires_at))}`;
  return (
    <span className="token-bar" title={title}>
      <span className="small soft">
        {life.text}
        {title === undefined ? null : <span className="visually-hidden">, {title}</span>}
      </span>
      {life.share === undefined ? null : (
        <span className="bar" aria-hidden="true">
          <span className={life.low ? 'bar-fill warn' : 'bar-fill'} style={{ width: `${life.share * 100}%` }} />
        </span>
      )}
    </span>
  );
}
