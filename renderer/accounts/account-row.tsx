import type { JSX } from 'react';
import type { AccountView } from '../../ipc/views.ts';
import { EnvironmentBadge } from '../design/badge.tsx';
import { Mark } from '../design/mark.tsx';
import { When } from '../design/when.tsx';
import { useNow } from '../state/now.ts';
import { useApp } from '../state/store.ts';
import { useCall } from '../state/use-call.ts';
import { PrimaryButton } from './primary-button.tsx';
import { TokenBar } from './token-bar.tsx';
import { servedWords, stateWords, troubleSentence, who } from './words.ts';

export function StateText({ view }: { readonly view: AccountView }): JSX.Element {
  const { text, tone } = stateWords(view);
  return <span className={`state ${tone}`}>{text}</span>;
}

/** What one account is, in a row: who, until when, for what, and what to do next. */
export function AccountRow({ view }: { readonly view: AccountView }): JSX.Element {
  const call = useCall();
  const now = useNow();
  const lastHandOut = useApp((state) => state.lastHandOut.get(view.account));
  const failed = useApp((state) => {
    const login = state.logins.get(view.account);
    return login?.state === 'failed' ? login.error_description : undefined;
  });
  const trouble = call.error ?? (view.state === 'signing_in' ? undefined : failed) ?? troubleSentence(view, now);
  return (
    <div className="account-row">
      <Mark name={view.title} />
      <div className="account-name">
        <span className="account-title">
          <strong>{view.title}</strong>
          <EnvironmentBadge name={view.environment} />
          {view.tls_verified ? null : <span className="badge danger">TLS not checked</span>}
        </span>
        <span className="small soft account-who">
          {[view.account, who(view)].filter((part) => part !== undefined).join(' · ')}
        </span>
      </div>
      <div className="account-state">
        <StateText view={view} />
        <TokenBar view={view} />
      </div>
      <div className="account-use small soft">
        <span className="cut">{servedWords(view)}</span>
        {lastHandOut === undefined ? null : (
          <span>
            used <When at={lastHandOut} />
          </span>
        )}
      </div>
      <div className="account-action">
        <PrimaryButton view={view} call={call} />
      </div>
      {trouble === undefined ? null : <p className="account-trouble small">{trouble}</p>}
    </div>
  );
}
