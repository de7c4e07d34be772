import { type JSX, useState } from 'react';
import type { Activity } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Choice } from '../design/choice.tsx';
import { SearchField } from '../design/field.tsx';
import { Page } from '../shell/page.tsx';
import { useApp } from '../state/store.ts';
import { ActivityList } from './activity-list.tsx';
import { sentence } from './sentences.ts';

const kinds = ['all', 'handed_out', 'sign_ins', 'trouble'] as const;
type Kind = (typeof kinds)[number];

const kindOptions = [
  { value: 'all', text: 'Everything' },
  { value: 'handed_out', text: 'Tokens taken' },
  { value: 'sign_ins', text: 'Sign-ins' },
  { value: 'trouble', text: 'Trouble' },
] as const satisfies readonly { readonly value: Kind; readonly text: string }[];

function isOfKind({ what }: Activity, kind: Kind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'handed_out':
      return what.kind === 'handed_out';
    case 'sign_ins':
      return ['login_started', 'signed_in', 'login_failed', 'signed_out'].includes(what.kind);
    case 'trouble':
      return ['login_failed', 'login_required', 'degraded', 'locked'].includes(what.kind);
  }
}

const step = 100;

export function ActivityPage(): JSX.Element {
  const activity = useApp((state) => state.activity);
  const [text, setText] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const [shown, setShown] = useState(step);
  const wanted = text.toLowerCase();
  const fitting = activity.filter((entry) => {
    const program = entry.what.kind === 'handed_out' ? entry.what.consumer.executable : '';
    return isOfKind(entry, kind) && `${entry.account} ${sentence(entry)} ${program}`.toLowerCase().includes(wanted);
  });
  return (
    <Page title="Activity" note="Since Keytray started; nothing of it is kept after that.">
      <search className="line">
        <SearchField label="Search activity" value={text} onChange={setText} />
        <Choice label="Kind" labelHidden value={kind} options={kindOptions} onChange={setKind} />
      </search>
      <section className="card" aria-label="What happened">
        <ActivityList
          entries={fitting.slice(0, shown)}
          showAccount
          empty={activity.length === 0 ? 'Nothing has happened yet.' : 'Nothing fits.'}
        />
        {fitting.length > shown ? (
          <Button kind="quiet" onPress={() => setShown(shown + step)}>
            Show older
          </Button>
        ) : null}
      </section>
    </Page>
  );
}
