import { type JSX, useState } from 'react';
import type { GrantView, ServiceView } from '../../ipc/views.ts';
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
import { ClientFields, OptionalSecret } from './client-fields.tsx';
import { type Draft, emptyDraft, grantOf, problemsOf, requestOf, suggestName } from './draft.ts';
import { Registration } from './registration.tsx';
import { type FieldOf, OwnServer, ServerFields } from './server-fields.tsx';
import { AwsFields, SettingFields } from './setting-fields.tsx';
import { ToEnter } from './to-enter.tsx';
import { grantHint, grantWords } from './words.ts';

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
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const field: FieldOf = (key) => ({
    value: draft[key],
    onChange: (value) => set({ [key]: value }),
    problem: shown[key],
  });
  const submit = async (): Promise<void> => {
    await ask('addAccount', requestOf(service, draft));
    onAdded(draft.name);
    await signIn(draft.name);
  };
  const grant = grantOf(service, draft);
  const settings = (atOnce: boolean): JSX.Element => (
    <SettingFields
      settings={grant.settings.filter((setting) => isAskedAtOnce(setting) === atOnce)}
      draft={draft}
      problems={shown}
      onChange={(changed) => set({ settings: changed })}
    />
  );
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
        {service.grants.length === 1 ? null : (
          <Choice
            label="How you get in"
            value={grant.kind}
            options={service.grants.map(({ kind }) => ({ value: kind, text: grantWords(kind) }))}
            onChange={(kind) => set({ grant: kind })}
            hint={grantHint(grant.kind, service.grants)}
          />
        )}
        <ServerFields grant={grant} draft={draft} field={field} />
        {grant.awsCredentials ? (
          <AwsFields draft={draft} field={field} onSource={(awsSource) => set({ awsSource })} />
        ) : null}
        {settings(true)}
        <ClientFields grant={grant} field={field} />
        <TextField
          label="Name"
          placeholder="gitlab@work"
          hint="What you call this account; a label after @ tells several apart."
          required
          {...field('name')}
        />
        {asksForGitHosts(service, grant) ? (
          <TextField
            label="Hosts for git"
            hint="Hosts whose git this account answers for. Leave empty if it is for other tools."
            placeholder="git.example.com"
            {...field('gitHosts')}
          />
        ) : null}
        <Fold title="More">
          <div className="stack">
            <OwnServer title={service.title} grant={grant} draft={draft} field={field} />
            {settings(false)}
            {grant.scopes === undefined ? null : (
              <TextField label="Scopes" hint={scopesHint(grant.scopes)} {...field('scopes')} />
            )}
            <TextField label="Environment" hint="Marks the account: prod, staging, dev." {...field('environment')} />
            <Choice
              label="Keep its tokens in"
              value={draft.store}
              options={storeOptions}
              onChange={(store) => set({ store })}
            />
            <OptionalSecret grant={grant} field={field} />
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
      <div className="stack add-beside">
        {/* The steps are those of the grant that comes first. */}
        {grant === service.grants[0] ? (
          <Registration service={service} draft={draft} client={grant.clientId} />
        ) : (
          <ToEnter fields={grant.fields} />
        )}
      </div>
    </div>
  );
}

/** One that has a value of its own where nobody says is often another. */
const isAskedAtOnce = ({ required, otherwise }: GrantView['settings'][number]): boolean =>
  required || otherwise !== undefined;

/** Where the service does not say which, and is a server that has git. */
const asksForGitHosts = ({ serves }: ServiceView, { server, url }: GrantView): boolean =>
  serves.git === undefined && url?.required !== true && server !== 'none' && server !== 'public';

function scopesHint(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'None unless you name some.' : `Unless you name others: ${scopes.join(' ')}`;
}
