import type { JSX } from 'react';
import type { Activity } from '../../ipc/views.ts';
import { When } from '../design/when.tsx';
import { formatRoute } from '../state/route.ts';
import { sentence, toneOf } from './sentences.ts';

interface ActivityListProps {
  readonly entries: readonly Activity[];
  readonly showAccount: boolean;
  readonly empty: string;
}

/** Newest first, each in a sentence. */
export function ActivityList({ entries, showAccount, empty }: ActivityListProps): JSX.Element {
  if (entries.length === 0) return <p className="soft">{empty}</p>;
  return (
    <ol className="activity">
      {entries.map((entry) => (
        <li key={entry.id} className={`activity-entry ${toneOf(entry)}`}>
          <span className="activity-time small soft">
            <When at={entry.at} />
          </span>
          <span className="activity-text">
            {showAccount ? (
              <>
                <a href={formatRoute('accounts', entry.account)}>{entry.account}</a>{' '}
              </>
            ) : null}
            {sentence(entry)}
            {entry.what.kind === 'handed_out' ? (
              <span className="small soft activity-program">
                {entry.what.consumer.executable ?? 'unknown program'}, process {entry.what.consumer.pid}
              </span>
            ) : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
