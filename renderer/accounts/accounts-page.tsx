import { type JSX, useMemo, useState } from 'react';
import { LeakedKeyLink } from '../api-keys/leaked-key-link.tsx';
import { Button } from '../design/button.tsx';
import { Choice } from '../design/choice.tsx';
import { SearchField } from '../design/field.tsx';
import { Icon } from '../design/icons.tsx';
import { Page } from '../shell/page.tsx';
import { showPage } from '../state/route.ts';
import { useApp } from '../state/store.ts';
import { AccountList } from './account-list.tsx';
import { environmentsOf, noFilter, stateFilters, stateFilterWords, visibleAccounts } from './filter.ts';
import { summary } from './words.ts';

const stateOptions = stateFilters.map((value) => ({ value, text: stateFilterWords[value] }));

export function AccountsPage(): JSX.Element {
  const accounts = useApp((state) => state.accounts);
  const [filter, setFilter] = useState(noFilter);
  const all = useMemo(() => [...accounts.values()], [accounts]);
  const visible = useMemo(() => visibleAccounts(all, filter), [all, filter]);
  const environments = useMemo(() => environmentsOf(all), [all]);
  const environmentOptions = [
    { value: '', text: 'All environments' },
    ...environments.map((name) => ({ value: name, text: name })),
  ];
  return (
    <Page
      title="Accounts"
      note={summary(all)}
      fill
      action={
        <Button kind="primary" onPress={() => showPage('add-account')}>
          <Icon name="plus" size={16} />
          Add account
        </Button>
      }
    >
      <search className="line account-filters">
        <SearchField label="Search accounts" value={filter.text} onChange={(text) => setFilter({ ...filter, text })} />
        <Choice
          label="State"
          labelHidden
          value={filter.state}
          options={stateOptions}
          onChange={(state) => setFilter({ ...filter, state })}
        />
        {environments.length === 0 ? null : (
          <Choice
            label="Environment"
            labelHidden
            value={filter.environment}
            options={environmentOptions}
            onChange={(environment) => setFilter({ ...filter, environment })}
          />
        )}
      </search>
      {visible.length === 0 ? (
        <div className="empty">
          <p>No account fits.</p>
          <Button onPress={() => setFilter(noFilter)}>Show all {all.length}</Button>
        </div>
      ) : (
        <AccountList views={visible} />
      )}
      <LeakedKeyLink accounts={all.length} />
    </Page>
  );
}
