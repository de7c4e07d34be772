import type { JSX } from 'react';
import type { ApiKeyListView, ApiKeyView } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { formatAbsolute } from '../design/duration.ts';
import { useNow } from '../state/now.ts';
import { ageWords, lastUsedWords, leftWords, stateWords, usedByWords } from './words.ts';

interface KeyTableProps {
  readonly listed: ApiKeyListView;
  readonly busy: boolean;
  readonly onRotate: (key: ApiKeyView) => void;
  readonly onRevoke: (key: ApiKeyView) => void;
}

/** Every cell names its column, for a window too narrow for columns. */
export function KeyTable({ listed, busy, onRotate, onRevoke }: KeyTableProps): JSX.Element {
  const now = useNow();
  const { keys, can } = listed;
  return (
    <table className="keys">
      <thead>
        <tr>
          {['Name', 'Age', 'Left', 'Last used', 'Used by', 'State'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => {
          const { text, tone } = stateWords(key);
          return (
            <tr key={key.id}>
              <th scope="row">
                {key.name}
                <span className="small soft keys-id">{key.fingerprint ?? key.id}</span>
              </th>
              <TimeCell title="Age" words={ageWords(key, now)} at={key.created_at} />
              <TimeCell title="Left" words={leftWords(key, now)} at={key.expires_at} />
              <TimeCell title="Last used" words={lastUsedWords(key, can, now)} at={key.last_used_at} />
              <td data-title="Used by">{usedByWords(key, can)}</td>
              <td data-title="State">
                <span className={`state ${tone}`}>{text}</span>
              </td>
              <td className="keys-actions">
                <Button busy={busy} onPress={() => onRotate(key)} label={`Rotate: ${key.name}`}>
                  Rotate
                </Button>
                <Button busy={busy} onPress={() => onRevoke(key)} label={`Revoke: ${key.name}`}>
                  Revoke
                </Button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface TimeCellProps {
  readonly title: string;
  readonly words: string;
  readonly at: string | null;
}

function TimeCell({ title, words, at }: TimeCellProps): JSX.Element {
  const absolute = at === null ? undefined : formatAbsolute(Date.parse(at));
  return (
    <td className="keys-time" data-title={title} title={absolute}>
      {words}
      {absolute === undefined ? null : <span className="visually-hidden">, {absolute}</span>}
    </td>
  );
}
