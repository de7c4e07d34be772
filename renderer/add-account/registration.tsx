import type { JSX } from 'react';
import type { RegistrationView, ServiceView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Copyable } from '../design/copyable.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';
import { type Draft, registrationRequest } from './draft.ts';

/** It depends on the server: it is asked anew with what has been typed, and is the service's until then. */
function useRegistration(service: ServiceView, draft: Draft): RegistrationView {
  const request = registrationRequest(service, draft);
  const answer = useAnswer(JSON.stringify(request), () => ask('registration', request));
  return answer.value ?? service.registration;
}

/** Where a client is registered, and what to enter there. */
export function Registration({
  service,
  draft,
  client,
}: {
  readonly service: ServiceView;
  readonly draft: Draft;
  /** A client is asked for; else the steps say what else one needs. */
  readonly client: boolean;
}): JSX.Element | null {
  const call = useCall();
  const { url, opens, steps, redirectUri } = useRegistration(service, draft);
  if (steps.length === 0) return null;
  return (
    <section className="card stack registration" aria-labelledby="registration">
      <div className="card-head">
        <h2 id="registration">{client ? 'Register Keytray once' : 'Where to find it'}</h2>
        {opens ? (
          <Button
            onPress={() => void call.run(() => ask('openExternal', { target: 'registration', service: service.name }))}
          >
            Open the page
          </Button>
        ) : null}
      </div>
      {url === undefined ? null : opens ? (
        <p className="small soft">{url}</p>
      ) : (
        <Copyable text={url} what="address of the page" />
      )}
      <Problem error={call.error} />
      <ol className="steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {(client ? redirectUri : undefined)?.split(', ').map((uri) => (
        <div key={uri} className="stack-small">
          <span className="field-label">Redirect URI</span>
          <Copyable text={uri} what="redirect URI" />
        </div>
      ))}
    </section>
  );
}
