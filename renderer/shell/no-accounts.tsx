import type { JSX } from 'react';
import { Button } from '../design/button.tsx';
import { showPage } from '../state/route.ts';
import { Page } from './page.tsx';

export function NoAccounts(): JSX.Element {
  return (
    <Page title="Accounts">
      <div className="empty">
        <p>No account yet: add one, sign in once, and your tools stay signed in.</p>
        <Button kind="primary" onPress={() => showPage('add-account')}>
          Add account
        </Button>
      </div>
    </Page>
  );
}
