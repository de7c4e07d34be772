import type { JSX, ReactNode } from 'react';

interface MessageProps {
  readonly tone: 'plain' | 'good' | 'warn' | 'bad';
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** What happened and what to do, in a sentence each. Said aloud when it appears. */
export function Message({ tone, children, action }: MessageProps): JSX.Element {
  return (
    <div className={tone === 'plain' ? 'message' : `message ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div className="message-text">{children}</div>
      {action}
    </div>
  );
}

/** A call's failure, where there is one. */
export function Problem({ error }: { readonly error: string | undefined }): JSX.Element | null {
  return error === undefined ? null : <Message tone="bad">{error}</Message>;
}
