import { type JSX, useEffect, useState } from 'react';
import type { IssuerCheck as IssuerCheckView } from '../../ipc/views.ts';
import { Message } from '../design/message.tsx';
import { ask, messageOf } from '../state/bridge.ts';

const typingPause = 600;

type Check = { readonly kind: 'none' } | { readonly kind: 'asking' } | IssuerCheckView;

/** Asks the server, shortly after typing has stopped, whether it is one. */
function useIssuerCheck(issuer: string): Check {
  const [check, setCheck] = useState<{ readonly issuer: string; readonly check: Check }>();
  const worthAsking = URL.canParse(issuer) && /^https?:\/\/[^/]/.test(issuer);
  useEffect(() => {
    if (!worthAsking) return;
    let wanted = true;
    const timer = setTimeout(() => {
      ask('checkIssuer', { issuer }).then(
        (answer) => wanted && setCheck({ issuer, check: answer }),
        (error: unknown) => wanted && setCheck({ issuer, check: { kind: 'failed', description: messageOf(error) } }),
      );
    }, typingPause);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [issuer, worthAsking]);
  if (!worthAsking) return { kind: 'none' };
  return check?.issuer === issuer ? check.check : { kind: 'asking' };
}

export function IssuerCheck({ issuer }: { readonly issuer: string }): JSX.Element | null {
  const check = useIssuerCheck(issuer.trim());
  switch (check.kind) {
    case 'none':
      return null;
    case 'asking':
      return (
        <p className="line small soft" role="status">
          <span className="spinner" aria-hidden="true" />
          Asking the server…
        </p>
      );
    case 'found':
      return (
        <Message tone={check.notes.length === 0 ? 'good' : 'warn'}>
          The server answers. {check.issuer === issuer.trim() ? '' : `It calls itself ${check.issuer}. `}
          {check.notes.join(' ')}
        </Message>
      );
    case 'failed':
      return <Message tone="warn">{check.description}</Message>;
  }
}
