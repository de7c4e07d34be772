import type { JSX } from 'react';
import type { PageName } from '../../ipc/views.ts';
import { Icon, type IconName } from '../design/icons.tsx';
import { formatRoute, useRoute } from '../state/route.ts';

const entries: readonly { readonly page: PageName; readonly text: string; readonly icon: IconName }[] = [
  { page: 'accounts', text: 'Accounts', icon: 'accounts' },
  { page: 'tools', text: 'Tools', icon: 'tools' },
  { page: 'activity', text: 'Activity', icon: 'activity' },
  { page: 'settings', text: 'Settings', icon: 'settings' },
];

export function Navigation(): JSX.Element {
  const { page } = useRoute();
  const current = page === 'add-account' || page === 'revoke-key' ? 'accounts' : page;
  return (
    <nav className="navigation" aria-label="Pages">
      <span className="brand">
        <img src="./icon.svg" alt="" width="24" height="24" />
        Keytray
      </span>
      <ul>
        {entries.map((entry) => (
          <li key={entry.page}>
            <a href={formatRoute(entry.page)} aria-current={entry.page === current ? 'page' : undefined}>
              <Icon name={entry.icon} />
              {entry.text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
