import type { JSX } from 'react';
import { Button } from '../design/button.tsx';
import { formatRoute } from '../state/route.ts';

/** The keys at the service are asked for on their own page: that costs a call there. */
export function ApiKeysCard({ account }: { readonly account: string }): JSX.Element {
  return (
    <section className="card stack" aria-labelledby="api-keys">
      <div className="card-head">
        <h2 id="api-keys">API keys</h2>
      </div>
      <p className="soft">The keys you have at this service: when they end, and which accounts use them.</p>
      <div className="line">
        <Button
          onPress={() => {
            window.location.hash = formatRoute('accounts', account, 'api-keys');
          }}
        >
          Show API keys
        </Button>
      </div>
    </section>
  );
}
