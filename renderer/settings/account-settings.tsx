import { type JSX, useState } from 'react';
import type { Settings } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Choice } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { rememberSettings } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';
import { storeOptions } from './words.ts';

type OwnSettings = Settings['accounts'][number];

/** One account at a time: there may be hundreds. */
export function AccountSettings({ settings }: { readonly settings: Settings }): JSX.Element | null {
  const [chosen, setChosen] = useState<string>();
  const { accounts } = settings;
  const current = accounts.find(({ account }) => account === chosen) ?? accounts[0];
  if (current === undefined) return null;
  return (
    <section className="card stack" aria-labelledby="per-account">
      <h2 id="per-account">Per account</h2>
      <Choice
        label="Account"
        value={current.account}
        options={accounts.map(({ account }) => ({ value: account, text: account }))}
        onChange={setChosen}
      />
      <OneAccount key={current.account} own={current} />
    </section>
  );
}

function OneAccount({ own }: { readonly own: OwnSettings }): JSX.Element {
  const [browser, setBrowser] = useState(own.browser ?? '');
  const call = useCall();
  const { account } = own;
  const saveBrowser = async (): Promise<void> => {
    rememberSettings(await ask('setBrowser', { account, browser: browser.trim() === '' ? null : browser.trim() }));
  };
  return (
    <>
      {own.editable ? null : (
        <p className="small soft">This account is in a file Keytray only reads: change it there.</p>
      )}
      <Choice
        label="Keep its tokens in"
        value={own.store}
        options={storeOptions}
        disabled={!own.editable}
        onChange={(store) => void call.run(async () => rememberSettings(await ask('setStore', { account, store })))}
      />
      {own.editable ? (
        <form
          className="stack-small narrow"
          onSubmit={(event) => {
            event.preventDefault();
            void call.run(saveBrowser);
          }}
        >
          <TextField
            label="Browser"
            hint="A command, as firefox -P work. Empty: the browser of this system."
            value={browser}
            onChange={setBrowser}
          />
          <div>
            <Button type="submit" busy={call.busy} disabled={browser.trim() === (own.browser ?? '')}>
              Save browser
            </Button>
          </div>
        </form>
      ) : null}
      <Problem error={call.error} />
    </>
  );
}
