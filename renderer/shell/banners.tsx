import type { JSX } from 'react';
import { Message } from '../design/message.tsx';
import { When } from '../design/when.tsx';
import { useApp } from '../state/store.ts';

/** What concerns every page: tools get nothing just now, or the configuration on disk is not in force. */
export function Banners(): JSX.Element | null {
  const status = useApp((state) => state.status);
  const error = status?.config.error;
  const stopped = status?.hand_outs;
  if (error === undefined && stopped === undefined) return null;
  return (
    <div className="banner stack-small">
      {stopped === undefined ? null : (
        <Message tone="warn">
          {stopped.state === 'locked' ? (
            'Keytray is locked: no tool gets a token until you unlock it in the tray menu.'
          ) : (
            <>
              Hand-outs are paused: no tool gets a token
              {stopped.until === undefined ? null : (
                <>
                  ; they go on <When at={stopped.until} />
                </>
              )}
              .
            </>
          )}
        </Message>
      )}
      {error === undefined ? null : (
        <Message tone="warn">The configuration has a mistake; the one read before stays in force. {error}</Message>
      )}
    </div>
  );
}
