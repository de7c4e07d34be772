import { type JSX, useState } from 'react';
import type { ServiceView } from '../../ipc/views.ts';
import { Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useAnswer } from '../state/use-answer.ts';
import { AccountForm } from './account-form.tsx';
import { Added } from './added.tsx';
import { ServiceList } from './service-list.tsx';

export type Step =
  | { readonly kind: 'choose' }
  | { readonly kind: 'fill'; readonly service: ServiceView }
  | { readonly kind: 'added'; readonly account: string };

interface AddAccountProps {
  readonly step: Step;
  readonly onStep: (step: Step) => void;
}

/** Choose a service, fill in what it needs, sign in. The page around it keeps the step. */
export function AddAccount({ step, onStep }: AddAccountProps): JSX.Element {
  const services = useAnswer('services', () => ask('listServices'));
  switch (step.kind) {
    case 'choose':
      return (
        <>
          <Problem error={services.error} />
          <ServiceList services={services.value ?? []} onChoose={(service) => onStep({ kind: 'fill', service })} />
        </>
      );
    case 'fill':
      return (
        <AccountForm
          service={step.service}
          onAdded={(account) => onStep({ kind: 'added', account })}
          onBack={() => onStep({ kind: 'choose' })}
        />
      );
    case 'added':
      return <Added account={step.account} />;
  }
}

export function useStep(): [Step, (step: Step) => void] {
  return useState<Step>({ kind: 'choose' });
}
