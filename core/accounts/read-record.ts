import { assertNever } from '../errors.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import type { SecretStore } from '../stores/secret-store.ts';
import { newerRecord } from '../stores/store-failure.ts';
import type { ItemReading } from './account-item.ts';
import { type AccountState, ready, signedIn } from './account-state.ts';
import { withWrittenEnd } from './given-key.ts';
import { givenElsewhere } from './kept-secrets.ts';
import { configuredEndpoints, isOfRegistration, issuingHost, judgeOldRecord } from './origins.ts';
import type { RefreshProblem } from './refresh-problem.ts';
import { isGiven } from './renewal.ts';
import type { KeptSecrets } from './stored-account.ts';
import type { TokenRecord } from './token-record.ts';

/** What an account's item in the store means for it. */
export interface Reading {
  readonly state: AccountState;
  /** Nothing tells which server issued the tokens: they are sent to none. */
  readonly unknownServer: boolean;
  /** The record of the state with its endpoints filled in, to be written back once. */
  readonly completed: TokenRecord | undefined;
}

/** Whether a token can be had without a person: nothing is asked of one, or it was given already. */
function needsNobody(settings: AccountSettings, secrets: KeptSecrets | undefined): boolean {
  if (traitsOf(settings.grant.kind).renewal !== 'again') return false;
  return settings.fields.every(({ name }) => secrets?.values[name] !== undefined);
}

/** For which servers a secret was given counts where it is the credential itself. */
function enteredElsewhere(secrets: KeptSecrets | undefined, settings: AccountSettings): string | undefined {
  if (secrets === undefined || traitsOf(settings.grant.kind).signIn !== 'fields') return undefined;
  return givenElsewhere(secrets, settings);
}

/** There are tokens, and they are of another client or server than the configuration names. */
const ofAnother = (record: TokenRecord): AccountState => ({
  kind: 'signed_out',
  why: 'registration_changed',
  issuedBy: issuingHost(record),
});

/** The state that follows from what is stored, where the account can be read. Pure. */
export function stateOf(
  record: TokenRecord | undefined,
  secrets: KeptSecrets | undefined,
  settings: AccountSettings,
  otherwise: 'never' | 'logout' | 'corrupt' = 'never',
): AccountState {
  const elsewhere = enteredElsewhere(secrets, settings);
  if (elsewhere !== undefined) return { kind: 'ready', problem: { kind: 'elsewhere', why: elsewhere } };
  if (record !== undefined && isOfRegistration(record, settings)) return signedIn(withWrittenEnd(record, settings));
  if (needsNobody(settings, secrets)) return ready;
  return record === undefined ? { kind: 'signed_out', why: otherwise } : ofAnother(record);
}

/** The state of an account that was signed in when its settings changed. Pure. */
export function judgeAnew(
  before: Extract<AccountState, { kind: 'signed_in' }>,
  stored: Pick<Extract<ItemReading, { kind: 'account' }>, 'record' | 'secrets'>,
  settings: AccountSettings,
): AccountState {
  // The end of a key may have come from the settings of before.
  const kept = isGiven(settings.grant.kind) ? stored.record : undefined;
  const judged = stateOf(kept ?? before.record, stored.secrets, settings);
  if (judged.kind !== 'signed_in') return judged;
  return kept === undefined ? before : { ...judged, problem: before.problem };
}

/** The same with another problem. What may be sent nowhere is not handed out either. */
export const withProblem = (
  state: Extract<AccountState, { kind: 'ready' | 'signed_in' }>,
  problem: RefreshProblem,
): AccountState => (problem.kind === 'elsewhere' ? { kind: 'ready', problem } : { ...state, problem });

/** Judges what the store holds for an account against its settings. Pure. */
export function readRecord(found: ItemReading, settings: AccountSettings, backend: SecretStore['backend']): Reading {
  const plain = (state: AccountState): Reading => ({ state, unknownServer: false, completed: undefined });
  switch (found.kind) {
    case 'trouble':
      return plain({ kind: 'unreadable', trouble: found.trouble });
    case 'unknown_version':
      return plain({ kind: 'unreadable', trouble: newerRecord(backend, settings.id) });
    case 'corrupt':
      return plain(stateOf(undefined, found.secrets, settings, 'corrupt'));
    case 'account': {
      const { record, secrets } = found;
      const old = record !== undefined && record.endpoints === undefined && isOfRegistration(record, settings);
      return old ? readOldRecord(record, settings) : plain(stateOf(record, secrets, settings));
    }
    default:
      return assertNever(found);
  }
}

/** Of a version that did not write endpoints. Later edits of the configuration are held against those of today. */
function readOldRecord(record: TokenRecord, settings: AccountSettings): Reading {
  const judged = judgeOldRecord(record, settings);
  if (judged.kind === 'complete') {
    return { state: signedIn(judged.record), unknownServer: false, completed: judged.record };
  }
  const served = { ...record, endpoints: configuredEndpoints(settings), refreshToken: undefined };
  return { state: signedIn(served), unknownServer: true, completed: undefined };
}
