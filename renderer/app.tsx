import { type JSX, useEffect, useState } from 'react';
import { AccountsPage } from './accounts/accounts-page.tsx';
import { ActivityPage } from './activity/activity-page.tsx';
import { AddAccountPage } from './add-account/add-account-page.tsx';
import { ApiKeysPage } from './api-keys/api-keys-page.tsx';
import { LeakedKeyPage } from './api-keys/leaked-key-page.tsx';
import { DetailsPage } from './details/details-page.tsx';
import { FirstRun } from './first-run/first-run.tsx';
import { SettingsPage } from './settings/settings-page.tsx';
import { Banners } from './shell/banners.tsx';
import { Navigation } from './shell/navigation.tsx';
import { NoAccounts } from './shell/no-accounts.tsx';
import { formatRoute, type Route, showPage, useRoute } from './state/route.ts';
import { useApp } from './state/store.ts';
import { ToolsPage } from './tools/tools-page.tsx';

function PageOf({ route, empty }: { readonly route: Route; readonly empty: boolean }): JSX.Element {
  switch (route.page) {
    case 'accounts':
      if (route.account !== undefined && route.part === 'api-keys') return <ApiKeysPage account={route.account} />;
      if (route.account !== undefined) return <DetailsPage key={route.account} account={route.account} />;
      return empty ? <NoAccounts /> : <AccountsPage />;
    case 'add-account':
      return <AddAccountPage />;
    case 'revoke-key':
      return <LeakedKeyPage />;
    case 'tools':
      return <ToolsPage />;
    case 'activity':
      return <ActivityPage />;
    case 'settings':
      return <SettingsPage />;
  }
}

export function App(): JSX.Element {
  const route = useRoute();
  const known = useApp((state) => state.status !== undefined);
  const empty = useApp((state) => state.accounts.size === 0);
  const [firstRun, setFirstRun] = useState<'unknown' | 'yes' | 'no'>('unknown');
  useEffect(() => {
    // Decided once: the first account must not end the first run in the middle.
    if (known && firstRun === 'unknown') setFirstRun(empty ? 'yes' : 'no');
  }, [known, empty, firstRun]);
  if (!known || firstRun === 'unknown') return <p className="waiting soft">Asking Keytray…</p>;
  if (firstRun === 'yes') {
    const done = (): void => {
      showPage('accounts');
      setFirstRun('no');
    };
    return <FirstRun onDone={done} />;
  }
  return (
    <div className="window">
      <Navigation />
      <div className="content">
        <Banners />
        <PageOf key={formatRoute(route.page)} route={route} empty={empty} />
      </div>
    </div>
  );
}
