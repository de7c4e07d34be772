import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { CallResult, KeychainCall, KeychainChild } from './child-process.ts';
import { keytarError, troubleOf } from './keytar-error.ts';
import type { LockedProbe, LockedState } from './locked-probe.ts';
import type { StoreState, StoreTrouble } from './secret-store.ts';

/** `nothing`: keytar's null, which a locked keyring gives as well as an empty one. */
export type ItemRead = { readonly kind: 'found'; readonly value: Secret } | { readonly kind: 'nothing' } | StoreTrouble;

export type ItemChange = { readonly kind: 'done' } | StoreTrouble;

/** A write may create the default keyring where there is none (the desktop asks the person); a read may not. */
export type Purpose = 'read' | 'write';

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
  #provenAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, child, probe }: ItemsOptions) {
    this.#clock = clock;
    this.#child = child;
    this.#probe = probe;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Undefined where the keychain may be called; otherwise why not. Asks only where that is not known. */
  async unusable(purpose: Purpose): Promise<StoreTrouble | undefined> {
    const proven = this.#state === 'unlocked' && this.#clock.monotonic() - this.#provenAt < proofLasts;
    if (proven) return undefined;
    return (await this.ask(purpose)).trouble;
  }

  /** Asks in any case; `certain` is false where the system cannot tell. */
  async ask(purpose: Purpose): Promise<{ readonly trouble: StoreTrouble | undefined; readonly certain: boolean }> {
    const answer = await this.#probe.ask();
    if (answer === 'unlocked') this.#prove();
    const trouble = answer === 'no_collection' && purpose === 'write' ? undefined : probeTrouble(answer);
    if (trouble) this.#note(trouble);
    return { trouble, certain: answer !== 'unknown' };
  }

  async get(account: string): Promise<ItemRead> {
    const result = await this.#call({ op: 'get', account });
    if (result.kind !== 'value') return this.#trouble(result);
    if (result.value === undefined) return { kind: 'nothing' };
    this.#prove();
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
    const cause = trouble.kind === 'stuck' ? ((await this.ask('read')).trouble ?? trouble) : trouble;
    this.#note(cause);
    return cause;
  }

  #prove(): void {
    this.#state = 'unlocked';
    this.#provenAt = this.#clock.monotonic();
  }

  #note(trouble: StoreTrouble): void {
    this.#state = trouble.kind === 'stuck' ? 'unknown' : trouble.kind;
  }
}

function probeTrouble(answer: LockedState): StoreTrouble | undefined {
  switch (answer) {
    case 'unlocked':
    case 'unknown':
      return undefined;
    case 'locked':
      return { kind: 'locked' };
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
