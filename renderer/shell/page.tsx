import { type JSX, type ReactNode, useEffect, useRef } from 'react';

interface PageProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly action?: ReactNode;
  readonly mark?: ReactNode;
  readonly before?: ReactNode;
  readonly children: ReactNode;
  /** The content fills the height and scrolls by itself. */
  readonly fill?: boolean;
}

/** One page. Its heading takes the focus, so that a screen reader says where one has come to. */
export function Page({ title, note, action, mark, before, children, fill = false }: PageProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Keytray`;
    // A field of the page that wants the focus has it already.
    if (document.activeElement === null || document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  return (
    <main className={fill ? 'page fill' : 'page'}>
      {before}
      <header className="page-head">
        {mark}
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {note === undefined ? null : (
            <p className="soft" aria-live="polite">
              {note}
            </p>
          )}
        </div>
        {action}
      </header>
      {children}
    </main>
  );
}
