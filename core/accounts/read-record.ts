import { assertNever } from '../errors.ts';
import type { AccountSettings } from '../services/service.ts';
import type { ReadResult, SecretStore } from '../stores/secret-store.ts';
import { newerRecord } from '../stores/store-failure.ts';
import { type AccountState, signedIn } from './account-state.ts';
import { configuredEndpoints, isOfRegistration, issuingHost, judgeOldRecord } from './origins.ts';
import { parseRecord, type TokenRecord } from './token-record.ts';

/** What an account's item in the store means for it. */
export interface Reading {
  readonly state: AccountState;
  /** Nothing tells which server issued the tokens: they are sent to none. */
  readonly unknownServer: boolean;
  /** The record of the state with its endpoints filled in, to be written back once. */
  readonly completed: TokenRecord | undefined;
}

/** There are tokens, and they are of another client or server than the configuration names. */
export const ofAnother = (record: TokenRecord): AccountState => ({
  kind: 'signed_out',
  why: 'registration_changed',
  issuedBy: issuingHost(record),
});

/** Judges what the store holds for an account against its settings. Pure. */
export function readRecord(found: ReadResult, settings: AccountSettings, backend: SecretStore['backend']): Reading {
  const plain = (state: AccountState): Reading => ({ state, unknownServer: false, completed: undefined });
  if (found.kind === 'empty') return plain({ kind: 'signed_out', why: 'never' });
  if (found.kind !== 'found') return plain({ kind: 'unreadable', trouble: found });
  const parsed = parseRecord(found.value);
  switch (parsed.kind) {
    case 'corrupt':
      return plain({ kind: 'signed_out', why: 'corrupt' });
    case 'unknown_version':
      return plain({ kind: 'unreadable', trouble: newerRecord(backend, settings.id) });
    case 'record': {
      const { record } = parsed;
      if (!isOfRegistration(record, settings)) return plain(ofAnother(record));
      return record.endpoints === undefined ? readOldRecord(record, settings) : plain(signedIn(record));
    }
    default:
      return assertNever(parsed);
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
