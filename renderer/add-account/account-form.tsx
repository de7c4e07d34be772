import { type JSX, useState } from 'react';
import type { ServiceView } from '../../ipc/views.ts';
import { signIn } from '../accounts/actions.ts';
import { Button } from '../design/button.tsx';
import { Choice } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { Fold } from '../design/fold.tsx';
import { Problem } from '../design/message.tsx';
import { storeOptions } from '../settings/words.ts';
import { ask } from '../state/bridge.ts';
import { useApp } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';
import { type Draft, emptyDraft, problemsOf, requestOf, suggestName } from './draft.ts';
import { IssuerCheck } from './issuer-check.tsx';
import { Registration } from './registration.tsx';

interface AccountFormProps {
  readonly service: ServiceView;
  readonly onAdded: (account: string) => void;
  readonly onBack: () => void;
}

/** Asks only what this service needs; the rest is under a fold with the service's own defaults. */
export function AccountForm({ service, onAdded, onBack }: AccountFormProps): JSX.Element {
  const accounts = useApp((state) => state.accounts);
  const taken = new Set(accounts.keys());
  const [draft, setDraft] = useState<Draft>(() => ({ ...emptyDraft, name: suggestName(service, taken) }));
  const [tried, setTried] = useState(false);
  const call = useCall();
  const problems = problemsOf(service, draft, taken);
  const shown = tried ? problems : {};
  const field = (key: Exclude<keyof Draft, 'store'>) => ({
    value: draft[key],
    onChange: (value: string) => setDraft((before) => ({ ...before, [key]: value })),
    problem: shown[key],
  });
  const submit = async (): Promise<void> => {
    await ask('addAccount', requestOf(service, draft));
    onAdded(draft.name);
    await signIn(draft.name);
  };
  const servesGit = service.serves.git !== undefined;
  return (
    <div className="add-columns">
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.keys(problems).length === 0) void call.run(submit);
        }}
      >
        {service.server === 'own' ? (
          <>
            <TextField
              label="Server"
              placeholder="https://login.example.com"
              hint="The issuer: the address its metadata is found under."
              required
              autoFocus
              {...field('issuer')}
            />
            <IssuerCheck issuer={draft.issuer} />
          </>
        ) : null}
        {service.server === 'endpoints' ? (
          <>
            <TextField label="Authorization endpoint" required autoFocus {...field('authorizationEndpoint')} />
            <TextField label="Token endpoint" required {...field('tokenEndpoint')} />
          </>
        ) : null}
        {service.needsClientId ? (
          <TextField
            label="Client ID"
            hint="Shown where you registered Keytray."
            required
            autoFocus={service.server === 'public' || service.server === 'public_or_own'}
            {...field('clientId')}
          />
        ) : null}
        {service.clientSecret === 'required' ? (
          <TextField
            label="Client secret"
            hint="Kept where the tokens are, and shown nowhere again."
            required
            secret
            {...field('clientSecret')}
          />
        ) : null}
        <TextField
          label="Name"
          placeholder="gitlab@work"
          hint="What you call this account; a label after @ tells several apart."
          required
          {...field('name')}
        />
        {servesGit ? null : (
          <TextField
            label="Hosts for git"
            hint="Hosts whose git this account answers for. Leave empty if it is for other tools."
            placeholder="git.example.com"
            {...field('gitHosts')}
          />
        )}
        <Fold title="More">
          <div className="stack">
            {service.server === 'public_or_own' ? (
              <>
                <TextField
                  label="Server of your own"
                  hint={`Leave empty for the public ${service.title}.`}
                  placeholder="https://git.example.com"
                  {...field('issuer')}
                />
                <IssuerCheck issuer={draft.issuer} />
              </>
            ) : null}
            <TextField label="Scopes" hint={scopesHint(service)} {...field('scopes')} />
            <TextField label="Environment" hint="Marks the account: prod, staging, dev." {...field('environment')} />
            <Choice
              label="Keep its tokens in"
              value={draft.store}
              options={storeOptions}
              onChange={(store) => setDraft((before) => ({ ...before, store }))}
            />
            {service.clientSecret === 'optional' ? (
              <TextField
                label="Client secret"
                hint="Only where the server insists on one."
                secret
                {...field('clientSecret')}
              />
            ) : null}
          </div>
        </Fold>
        <Problem error={call.error} />
        <div className="line">
          <Button kind="primary" type="submit" busy={call.busy}>
            Add and sign in
          </Button>
          <Button onPress={onBack}>Back</Button>
        </div>
      </form>
      <Registration service={service} draft={draft} />
    </div>
  );
}

function scopesHint({ scopes }: ServiceView): string {
  return scopes.length === 0 ? 'None unless you name some.' : `Unless you name others: ${scopes.join(' ')}`;
}
