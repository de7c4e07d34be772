import type { JSX, ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { Heading } from 'react-aria-components/Heading';
import { Icon } from './icons.tsx';

interface FoldProps {
  readonly title: string;
  /** From the start. */
  readonly open?: boolean;
  /** Told whenever it is opened or closed. */
  readonly onChange?: (open: boolean) => void;
  readonly children: ReactNode;
}

/** What few people need, out of sight until asked for. */
export function Fold({ title, open = false, onChange, children }: FoldProps): JSX.Element {
  return (
    <Disclosure className="fold" defaultExpanded={open} {...(onChange && { onExpandedChange: onChange })}>
      <Heading level={3}>
        <Button slot="trigger" className="fold-button">
          <Icon name="forward" size={12} />
          {title}
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className="fold-content">{children}</div>
      </DisclosurePanel>
    </Disclosure>
  );
}
