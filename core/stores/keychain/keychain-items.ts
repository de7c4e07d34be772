import type { Clock } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type { StoreState, StoreTrouble } from '../secret-store.ts';
import type { CallResult, KeychainCall, KeychainChild } from './child-process.ts';
import { keytarError, troubleOf } from './keytar-error.ts';
import type { LockedProbe, LockedState } from './locked-probe.ts';

/** `nothing`: keytar's null, which a locked keyring gives as well as an empty one. */
export type ItemRead = { readonly kind: 'found'; readonly value: Secret } | { readonly kind: 'nothing' } | StoreTrouble;

export type ItemChange = { readonly kind: 'done' } | StoreTrouble;

/** How long an answer of the keyring proves that it is unlocked. A call later than that asks first, because a call to a locked keyring opens a prompt. */
const proofLasts = 2_000;

export interface ItemsOptions {
  readonly clock: Clock;
  readonly child: KeychainChild;
  readonly probe: LockedProbe;
}

/** Single items of the keychain: keytar's answers made unambiguous, one step above the child process. */
export class KeychainItems {
  readonly #clock: Clock;
  readonly #child: KeychainChild;
  readonly #probe: LockedProbe;
  #state: StoreState = 'unknown';
  /** A keyring that is unlocked may still refuse every call. */
  #refused = false;
  /** When the state was last seen to be so. */
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, child, probe }: ItemsOptions) {
    this.#clock = clock;
    this.#child = child;
    this.#probe = probe;
  }

  get state(): StoreState {
    return this.#refused && this.#state === 'unlocked' ? 'denied' : this.#state;
  }

  /** Whether the state was seen to be so within the last two seconds. */
  get fresh(): boolean {
    return this.#clock.monotonic() - this.#seenAt < proofLasts;
  }

  /** What was seen may be over: ask before the next call. */
  doubt(): void {
    this.#seenAt = Number.NEGATIVE_INFINITY;
  }

  /** Undefined where the keychain may be called; otherwise why not. Asks only where that is not known. */
  async unusable(): Promise<StoreTrouble | undefined> {
    if (this.#state === 'unlocked' && this.fresh) return undefined;
    // Asking a service that hangs takes seconds each time, and many callers may wait.
    if (this.#state === 'stuck' && this.fresh) return { kind: 'stuck' };
    return (await this.ask()).trouble;
  }

  /** Asks in any case; `certain` is false where the system cannot tell. */
  async ask(): Promise<{ readonly trouble: StoreTrouble | undefined; readonly certain: boolean }> {
    const answer = await this.#probe.ask();
    if (answer === 'unlocked') this.#see('unlocked');
    const trouble = probeTrouble(answer);
    if (trouble) this.#see(trouble.kind);
    return { trouble, certain: answer !== 'unknown' };
  }

  async get(account: string): Promise<ItemRead> {
    const result = await this.#call({ op: 'get', account });
    if (result.kind !== 'value') return this.#trouble(result);
    if (result.value === undefined) return { kind: 'nothing' };
    this.#refused = false;
    this.#see('unlocked');
    return { kind: 'found', value: result.value };
  }

  async set(account: string, value: Secret): Promise<ItemChange> {
    return this.#change({ op: 'set', account, value });
  }

  /** Says `done` also where there was nothing, or where a locked keyring did nothing: read it to know. */
  async delete(account: string): Promise<ItemChange> {
    return this.#change({ op: 'delete', account });
  }

  async close(): Promise<void> {
    this.#probe.close();
    await this.#child.close();
  }

  async #change(call: KeychainCall): Promise<ItemChange> {
    const result = await this.#call(call);
    return result.kind === 'done' ? result : this.#trouble(result);
  }

  async #call(call: KeychainCall): Promise<CallResult> {
    const result = await this.#child.call(call);
    if (result.kind !== 'refused' || keytarError(result.message) !== 'stale_connection') return result;
    await this.#child.restart();
    return this.#child.call(call);
  }

  async #trouble(result: CallResult): Promise<StoreTrouble> {
    const trouble = callTrouble(result);
    // A call that hangs is most often one that waits for somebody to type a password.
    const cause = trouble.kind === 'stuck' ? ((await this.ask()).trouble ?? trouble) : trouble;
    this.#refused = cause.kind === 'denied';
    this.#see(cause.kind);
    return cause;
  }

  #see(state: StoreState): void {
    this.#state = state;
    this.#seenAt = this.#clock.monotonic();
  }
}

function probeTrouble(answer: LockedState): StoreTrouble | undefined {
  if (typeof answer === 'object') return { kind: 'absent', detail: answer.why };
  switch (answer) {
    case 'unlocked':
    case 'unknown':
      return undefined;
    case 'locked':
      return { kind: 'locked' };
    case 'denied':
      return { kind: 'denied', detail: 'the session bus does not let us speak to the keyring' };
    case 'no_answer':
      return { kind: 'stuck' };
    case 'no_collection':
      return { kind: 'absent', detail: 'no default keyring' };
    case 'no_service':
      return troubleOf('The name org.freedesktop.secrets was not provided by any .service files');
    case 'no_bus':
      return { kind: 'absent', detail: 'no D-Bus session bus' };
  }
}

function callTrouble(result: CallResult): StoreTrouble {
  switch (result.kind) {
    case 'refused':
      return troubleOf(result.message);
    case 'closed':
      return { kind: 'absent', detail: 'the keychain was closed' };
    case 'crashed':
      return result.started
        ? { kind: 'stuck' }
        : { kind: 'absent', detail: 'the keychain helper process does not start' };
    case 'stuck':
      return { kind: 'stuck' };
    case 'value':
    case 'done':
      return { kind: 'corrupt', detail: 'the keychain helper process answered another question' };
  }
}
