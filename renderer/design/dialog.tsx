import type { JSX, ReactNode } from 'react';
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** It asks whether to do something that cannot be taken back. */
  readonly alert?: boolean;
}

export function Dialog({ title, open, onClose, children, alert = false }: DialogProps): JSX.Element {
  return (
    <ModalOverlay className="scrim" isOpen={open} isDismissable onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className="dialog">
        <AriaDialog className="dialog-content" role={alert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
