import type { JSX } from 'react';
import type { ServiceView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Copyable } from '../design/copyable.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';
import { type Draft, redirectRequest } from './draft.ts';

/** The redirect URI depends on the server: it is asked anew with what has been typed, and is the service's until then. */
function useRedirectUri(service: ServiceView, draft: Draft): string {
  const request = redirectRequest(service, draft);
  const answer = useAnswer(JSON.stringify(request), () => ask('redirectUri', request));
  return answer.value ?? service.redirectUri;
}

/** Where a client is registered, and what to enter there. */
export function Registration({
  service,
  draft,
}: {
  readonly service: ServiceView;
  readonly draft: Draft;
}): JSX.Element {
  const call = useCall();
  const redirectUri = useRedirectUri(service, draft);
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
      {redirectUri.split(', ').map((uri) => (
        <div key={uri} className="stack-small">
          <span className="field-label">Redirect URI</span>
          <Copyable text={uri} what="redirect URI" />
        </div>
      ))}
    </section>
  );
}
