import { type JSX, useState } from 'react';
import type { AccountDetails, AccountView, ToolFamily } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Choice } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';
import { parseHosts } from './hosts.ts';

interface HostsCardProps {
  readonly view: AccountView;
  readonly details: AccountDetails | undefined;
  readonly onChanged: () => void;
}

/** The hosts this account answers for, by tool. */
export function HostsCard({ view, details, onChanged }: HostsCardProps): JSX.Element {
  const [editing, setEditing] = useState<ToolFamily>();
  const families = Object.entries(view.serves);
  const addable = (details?.families ?? []).filter((family) => view.serves[family] === undefined);
  const done = (): void => {
    setEditing(undefined);
    onChanged();
  };
  const editable = details?.editable === true;
  const [first] = addable;
  return (
    <section className="card stack" aria-labelledby="hosts">
      <div className="card-head">
        <h2 id="hosts">Hosts it serves</h2>
        {editable && first !== undefined && editing === undefined ? (
          <Button kind="quiet" onPress={() => setEditing(first)}>
            Add a tool
          </Button>
        ) : null}
      </div>
      {families.length === 0 && editing === undefined ? (
        <p className="soft">No tool yet: add the hosts whose credentials come from this account.</p>
      ) : null}
      {families.map(([family, hosts]) =>
        editing === family ? (
          <HostsForm key={family} view={view} families={[editing]} onDone={done} />
        ) : (
          <div key={family} className="hosts-row">
            <h3>{family}</h3>
            <ul className="hosts">
              {hosts.map((host) => (
                <li key={host}>
                  <code>{host}</code>
                </li>
              ))}
            </ul>
            {editable ? (
              <Button
                kind="quiet"
                label={`Edit hosts of ${family}`}
                onPress={() => setEditing(details.families.find((known) => known === family))}
              >
                Edit
              </Button>
            ) : null}
          </div>
        ),
      )}
      {editing !== undefined && view.serves[editing] === undefined ? (
        <HostsForm view={view} families={addable} onDone={done} />
      ) : null}
    </section>
  );
}

interface HostsFormProps {
  readonly view: AccountView;
  readonly families: readonly ToolFamily[];
  readonly onDone: () => void;
}

function HostsForm({ view, families, onDone }: HostsFormProps): JSX.Element | null {
  const [family, setFamily] = useState(families[0]);
  const [text, setText] = useState(family === undefined ? '' : (view.serves[family] ?? []).join('\n'));
  const call = useCall();
  if (family === undefined) return null;
  const save = async (): Promise<void> => {
    await ask('editServes', { account: view.account, family, hosts: [...parseHosts(text)] });
    onDone();
  };
  return (
    <form
      className="stack-small"
      onSubmit={(event) => {
        event.preventDefault();
        void call.run(save);
      }}
    >
      {families.length > 1 ? (
        <Choice
          label="Tool"
          value={family}
          options={families.map((value) => ({ value, text: value }))}
          onChange={setFamily}
        />
      ) : null}
      <TextField
        label={`Hosts for ${family}`}
        hint="One a line; a path after the host narrows it, as in gitlab.com/acme/*."
        value={text}
        onChange={setText}
        rows={3}
        autoFocus
        problem={call.error}
      />
      <div className="line">
        <Button kind="primary" type="submit" busy={call.busy}>
          Save hosts
        </Button>
        <Button onPress={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
