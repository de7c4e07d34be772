import type { JSX } from 'react';
import type { ServiceView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Copyable } from '../design/copyable.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';

/** Where a client is registered, and what to enter there. */
export function Registration({ service }: { readonly service: ServiceView }): JSX.Element {
  const call = useCall();
  const { url, steps } = service.registration;
  return (
    <section className="card stack registration" aria-labelledby="registration">
      <div className="card-head">
        <h2 id="registration">Register Keytray once</h2>
        {url === undefined ? null : (
          <Button
            onPress={() => void call.run(() => ask('openExternal', { target: 'registration', service: service.name }))}
          >
            Open the page
          </Button>
        )}
      </div>
      {url === undefined ? null : <p className="small soft">{url}</p>}
      <Problem error={call.error} />
      <ol className="steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {service.redirectUri.split(', ').map((uri) => (
        <div key={uri} className="stack-small">
          <span className="field-label">Redirect URI</span>
          <Copyable text={uri} what="redirect URI" />
        </div>
      ))}
    </section>
  );
}
