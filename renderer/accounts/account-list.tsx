import type { JSX } from 'react';
import { GridList, GridListItem } from 'react-aria-components/GridList';
import { ListLayout, Virtualizer } from 'react-aria-components/Virtualizer';
import type { AccountView } from '../../ipc/views.ts';
import { showPage } from '../state/route.ts';
import { AccountRow } from './account-row.tsx';
import { stateWords } from './words.ts';

const layoutOptions = { estimatedRowSize: 76 };

/** Only what is in sight is in the document: there may be hundreds. */
export function AccountList({ views }: { readonly views: readonly AccountView[] }): JSX.Element {
  return (
    <Virtualizer layout={ListLayout} layoutOptions={layoutOptions} shouldObserveItemSize>
      <GridList
        aria-label="Accounts"
        className="account-list"
        items={views}
        keyboardNavigationBehavior="tab"
        onAction={(account) => showPage('accounts', String(account))}
      >
        {(view) => (
          <GridListItem
            id={view.account}
            value={view}
            className="account-item"
            textValue={`${view.title}, ${view.account}, ${stateWords(view).text}`}
          >
            <AccountRow view={view} />
          </GridListItem>
        )}
      </GridList>
    </Virtualizer>
  );
}
