import type { Broker } from '../core/broker/broker.ts';
import type { BoxQuestion } from './api/question.ts';
import type { Place } from './pages.ts';

const question: BoxQuestion = {
  title: 'Unlock Keytray?',
  details: ['Tools on this computer get tokens again.'],
  agree: 'Unlock',
};

/**
 * "Unlock…" of the menu, which any program on the bus can click: only the person can answer the box. Where a passphrase
 * guards tokens it opens the gate as well; the page asks for it.
 */
export function unlocking(
  { gate, store }: Pick<Broker, 'gate' | 'store'>,
  go: (place: Place) => void,
  ask: (question: BoxQuestion) => Promise<boolean>,
): () => Promise<void> {
  // A box for every click would cover the screen.
  let asked: Promise<boolean> | undefined;
  return async () => {
    const { present, state } = await store.view();
    if (present && state === 'locked') {
      go({ page: 'settings' });
      return;
    }
    asked ??= ask(question).finally(() => {
      asked = undefined;
    });
    if (await asked) await gate.open();
  };
}
