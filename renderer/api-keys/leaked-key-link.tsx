import type { JSX } from 'react';
import { ask } from '../state/bridge.ts';
import { formatRoute } from '../state/route.ts';
import { useAnswer } from '../state/use-answer.ts';

/** There where an account is of a service that issues keys. `accounts`: how many there are. */
export function LeakedKeyLink({ accounts }: { readonly accounts: number }): JSX.Element | null {
  const { value = [] } = useAnswer(String(accounts), () => ask('apiKeyAccounts'));
  if (value.length === 0) return null;
  return (
    <p className="small">
      <a className="key-link" href={formatRoute('revoke-key')}>
        Revoke a leaked key…
      </a>
    </p>
  );
}
