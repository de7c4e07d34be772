import { KeytrayError } from '../errors.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import { hasControllingTerminal } from '../platform/process-identity.ts';
import type { Secret } from '../secret.ts';
import type { Caller, LockApi, StoreApi } from '../wire/broker-api.ts';

export interface LockDependencies {
  readonly gate: Pick<HandOutGate, 'lock' | 'open' | 'state'>;
  readonly store: StoreApi;
}

/** The person's lock, over the socket. What can lock must not be able to unlock as well: a tool could do it for itself. */
export class LockRequests implements LockApi {
  readonly #dependencies: LockDependencies;

  constructor(dependencies: LockDependencies) {
    this.#dependencies = dependencies;
  }

  async lock(): Promise<void> {
    const { gate, store } = this.#dependencies;
    await Promise.all([gate.lock(), store.lock()]);
  }

  async unlock(passphrase: Secret | undefined, { consumer }: Caller): Promise<void> {
    const { gate, store } = this.#dependencies;
    const { present, state } = await store.view();
    if (passphrase !== undefined) {
      await store.unlock(passphrase, { create: false });
    } else if (present && state === 'locked') {
      throw new KeytrayError('keychain_locked', 'the encrypted file is locked, and its passphrase was not given', {
        advice: 'Run: keytray unlock',
      });
    } else if (gate.state.kind === 'locked' && !hasControllingTerminal(consumer)) {
      throw new KeytrayError('access_denied', 'only a person can unlock Keytray', {
        advice: 'Run keytray unlock in a terminal, or unlock it in the window.',
      });
    }
    if (gate.state.kind === 'locked') await gate.open();
  }
}
