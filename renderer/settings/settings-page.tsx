import { type JSX, useEffect } from 'react';
import type { Settings } from '../../ipc/views.ts';
import { Choice, Switch } from '../design/choice.tsx';
import { Message, Problem } from '../design/message.tsx';
import { Page } from '../shell/page.tsx';
import { ask } from '../state/bridge.ts';
import { rememberSettings, useApp } from '../state/store.ts';
import { type Call, useCall } from '../state/use-call.ts';
import { AccountSettings } from './account-settings.tsx';
import { PassphraseCard } from './passphrase-card.tsx';
import { keychainWords, reminderChoices, reminderText } from './words.ts';

export function SettingsPage(): JSX.Element {
  const settings = useApp((state) => state.settings);
  const reading = useCall();
  const { run } = reading;
  useEffect(() => {
    void run(async () => rememberSettings(await ask('settings')));
  }, [run]);
  return (
    <Page title="Settings">
      <Problem error={reading.error} />
      {settings === undefined ? null : <AllSettings settings={settings} />}
    </Page>
  );
}

function AllSettings({ settings }: { readonly settings: Settings }): JSX.Element {
  const call = useCall();
  return (
    <>
      <Problem error={call.error} />
      <General settings={settings} call={call} />
      <section className="card stack" aria-labelledby="stores">
        <h2 id="stores">Where tokens are kept</h2>
        <p>{keychainWords(settings.keychain)}</p>
        {settings.encryptedFile === undefined ? null : <PassphraseCard file={settings.encryptedFile} />}
      </section>
      <AccountSettings settings={settings} />
      <section className="card" aria-labelledby="files">
        <h2 id="files">Files</h2>
        <dl className="facts small">
          <dt>Configuration</dt>
          <dd>
            <code>{settings.configFile}</code>
          </dd>
          <dt>Log</dt>
          <dd>
            <code>{settings.logFile}</code>
          </dd>
          <dt>Version</dt>
          <dd>{settings.version}</dd>
        </dl>
      </section>
    </>
  );
}

function General({ settings, call }: { readonly settings: Settings; readonly call: Call }): JSX.Element {
  const { startAtLogin, reminder } = settings;
  const options = reminderChoices(reminder).map((minutes) => ({
    value: String(minutes),
    text: reminderText(minutes),
  }));
  return (
    <section className="card stack" aria-labelledby="general">
      <h2 id="general">General</h2>
      <Switch
        on={startAtLogin.on}
        disabled={startAtLogin.hindrance !== undefined}
        onChange={(on) => void call.run(async () => rememberSettings(await ask('setStartAtLogin', { on })))}
      >
        Start Keytray when you log in
      </Switch>
      {startAtLogin.hindrance === undefined ? null : <Message tone="plain">{startAtLogin.hindrance}</Message>}
      <Choice
        label="Remind me of a sign-in that is needed"
        value={String(reminder)}
        options={options}
        onChange={(minutes) =>
          void call.run(async () => rememberSettings(await ask('setReminder', { minutes: Number(minutes) })))
        }
      />
    </section>
  );
}
