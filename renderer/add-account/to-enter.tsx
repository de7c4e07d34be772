import type { JSX } from 'react';
import type { GrantView } from '../../ipc/views.ts';

/** What the sign-in is going to ask for, so that people can fetch it first. */
export function ToEnter({ fields }: Pick<GrantView, 'fields'>): JSX.Element | null {
  if (fields.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="to-enter">
      <h2 id="to-enter">You will be asked for</h2>
      <ul className="stack-small">
        {fields.map(({ title, where }) => (
          <li key={title}>
            <strong>{title}</strong>
            {where === undefined ? null : <span className="soft">: {where}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
