import { type JSX, useState } from 'react';
import { AddAccount, useStep } from '../add-account/add-account.tsx';
import { tryCommand } from '../add-account/try-command.ts';
import { Button } from '../design/button.tsx';
import { Copyable } from '../design/copyable.tsx';
import { Message } from '../design/message.tsx';
import { Page } from '../shell/page.tsx';
import { useApp } from '../state/store.ts';
import { SetUpGit } from './set-up-git.tsx';

const steps = ['Welcome', 'Add an account', 'Set up git'] as const;
type Step = (typeof steps)[number];

/** Three steps from nothing to a clone that works. */
export function FirstRun({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const [step, setStep] = useState<Step>('Welcome');
  const skip = (
    <Button kind="quiet" onPress={onDone}>
      Skip
    </Button>
  );
  return (
    <div className="first-run">
      <Page title={step === 'Welcome' ? 'Welcome to Keytray' : step} before={<Progress current={step} />} action={skip}>
        {step === 'Welcome' ? <Welcome onNext={() => setStep('Add an account')} /> : null}
        {step === 'Add an account' ? <FirstAccount onNext={() => setStep('Set up git')} /> : null}
        {step === 'Set up git' ? <LastStep onDone={onDone} /> : null}
      </Page>
    </div>
  );
}

function Progress({ current }: { readonly current: Step }): JSX.Element {
  return (
    <ol className="progress" aria-label="Steps">
      {steps.map((step, index) => (
        <li key={step} aria-current={step === current ? 'step' : undefined}>
          <span aria-hidden="true">{index + 1}</span> {step}
        </li>
      ))}
    </ol>
  );
}

function Welcome({ onNext }: { readonly onNext: () => void }): JSX.Element {
  return (
    <div className="card stack welcome">
      <img src="./icon.svg" alt="" width="56" height="56" />
      <p className="lead">
        You sign in once per service, in your own browser. Keytray keeps the tokens in your keychain and hands fresh
        ones to git and your other tools, so that they never ask you for a password.
      </p>
      <div>
        <Button kind="primary" onPress={onNext}>
          Add your first account
        </Button>
      </div>
    </div>
  );
}

function FirstAccount({ onNext }: { readonly onNext: () => void }): JSX.Element {
  const [step, setStep] = useStep();
  const active = useApp((state) =>
    step.kind === 'added' ? state.accounts.get(step.account)?.state === 'active' : false,
  );
  return (
    <>
      {active ? (
        <Message
          tone="good"
          action={
            <Button kind="primary" onPress={onNext}>
              Next: set up git
            </Button>
          }
        >
          You are signed in.
        </Message>
      ) : (
        <AddAccount step={step} onStep={setStep} />
      )}
    </>
  );
}

function LastStep({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const [setUp, setSetUp] = useState(false);
  const accounts = useApp((state) => state.accounts);
  const view = [...accounts.values()].find(({ serves }) => serves.git !== undefined) ?? [...accounts.values()][0];
  return (
    <div className="stack">
      <SetUpGit onSetUp={() => setSetUp(true)} />
      {setUp && view !== undefined ? (
        <div className="stack-small">
          <p>Try:</p>
          <Copyable text={tryCommand(view).text} what="command" />
        </div>
      ) : null}
      <div>
        <Button kind={setUp ? 'primary' : 'normal'} onPress={onDone}>
          {setUp ? 'Done' : 'Not now'}
        </Button>
      </div>
    </div>
  );
}
