import type { JSX } from 'react';
import { Icon } from '../design/icons.tsx';
import { Page } from '../shell/page.tsx';
import { formatRoute } from '../state/route.ts';
import { AddAccount, type Step, useStep } from './add-account.tsx';

function titleOf(step: Step): string {
  switch (step.kind) {
    case 'choose':
      return 'Add account';
    case 'fill':
      return `Add ${step.service.title}`;
    case 'added':
      return step.account;
  }
}

export function AddAccountPage(): JSX.Element {
  const [step, setStep] = useStep();
  return (
    <Page
      title={titleOf(step)}
      before={
        <a className="page-back" href={formatRoute('accounts')}>
          <Icon name="back" size={16} />
          Accounts
        </a>
      }
    >
      <AddAccount step={step} onStep={setStep} />
    </Page>
  );
}
