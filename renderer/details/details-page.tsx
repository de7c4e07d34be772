import type { JSX } from 'react';
import type { AccountDetails, AccountView } from '../../ipc/views.ts';
import { StateText } from '../accounts/account-row.tsx';
import { PrimaryButton } from '../accounts/primary-button.tsx';
import { SignInPanel } from '../accounts/sign-in-panel.tsx';
import { troubleSentence, who } from '../accounts/words.ts';
import { ActivityList } from '../activity/activity-list.tsx';
import { EnvironmentBadge } from '../design/badge.tsx';
import { Icon } from '../design/icons.tsx';
import { Mark } from '../design/mark.tsx';
import { Message, Problem } from '../design/message.tsx';
import { Page } from '../shell/page.tsx';
import { ask } from '../state/bridge.ts';
import { useNow } from '../state/now.ts';
import { formatRoute } from '../state/route.ts';
import { useApp } from '../state/store.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';
import { AccountMenu } from './account-menu.tsx';
import { ApiKeysCard } from './api-keys-card.tsx';
import { ClientSecretCard } from './client-secret-card.tsx';
import { DatabasesCard } from './databases-card.tsx';
import { HostsCard } from './hosts-card.tsx';
import { TechnicalDetails } from './technical-details.tsx';
import { TokenCard } from './token-card.tsx';

const back = (
  <a className="page-back" href={formatRoute('accounts')}>
    <Icon name="back" size={16} />
    Accounts
  </a>
);

export function DetailsPage({ account }: { readonly account: string }): JSX.Element {
  const view = useApp((state) => state.accounts.get(account));
  if (view !== undefined) return <Details view={view} />;
  return (
    <Page title={account} before={back}>
      <p className="soft">There is no account of this name any more.</p>
    </Page>
  );
}

function Details({ view }: { readonly view: AccountView }): JSX.Element {
  const details = useAnswer<AccountDetails>(view.account, () => ask('account', { account: view.account }));
  const call = useCall();
  const trouble = troubleSentence(view, useNow());
  const activity = useApp((state) => state.activity);
  const own = activity.filter((entry) => entry.account === view.account).slice(0, 30);
  return (
    <Page
      title={view.title}
      before={back}
      mark={<Mark name={view.title} large />}
      note={[view.account, who(view)].filter((part) => part !== undefined).join(' · ')}
      action={
        <div className="line">
          <PrimaryButton view={view} call={call} />
          <AccountMenu view={view} details={details.value} call={call} />
        </div>
      }
    >
      <div className="line details-state">
        <StateText view={view} />
        <EnvironmentBadge name={view.environment} />
        {view.tls_verified ? null : <span className="badge danger">TLS certificates are not checked</span>}
      </div>
      <Problem error={call.error} />
      <SignInPanel account={view.account} />
      {trouble === undefined || view.state === 'signing_in' ? null : (
        <Message tone={view.state === 'login_required' ? 'bad' : view.state === 'signed_out' ? 'plain' : 'warn'}>
          {trouble}
        </Message>
      )}
      <TokenCard view={view} />
      <ClientSecretCard view={view} details={details.value} />
      <HostsCard view={view} details={details.value} onChanged={details.again} />
      <DatabasesCard view={view} databases={details.value?.databases ?? []} />
      {details.value?.apiKeys === true ? <ApiKeysCard account={view.account} /> : null}
      <section className="card" aria-labelledby="recently">
        <div className="card-head">
          <h2 id="recently">Recently</h2>
          <span className="small soft">since Keytray started</span>
        </div>
        <ActivityList entries={own} showAccount={false} empty="Nothing has happened yet." />
      </section>
      <TechnicalDetails view={view} details={details.value} error={details.error} />
    </Page>
  );
}
