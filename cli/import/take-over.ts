import { setTimeout as pause } from 'node:timers/promises';
import type { ConfigSources } from '../../core/config/read-config.ts';
import { failures, KeytrayError } from '../../core/errors.ts';
import type { FoundAccount } from '../../core/imports/found.ts';
import type { LocalApiClient } from '../../core/local-api/client/client.ts';
import type { LoginView } from '../../core/wire/schemas.ts';
import { CommandFailure } from '../failure.ts';
import { loginOutcome } from '../login-outcome.ts';
import type { Planned } from './plan.ts';

/** What became of one account. */
export interface TakenOver {
  readonly id: string;
  readonly outcome: 'kept' | 'added' | 'there' | 'failed';
  /** Why it failed, for people. */
  readonly message?: string;
  /** Of a failure, by the table of statuses. */
  readonly exit?: number;
  /** Whether its secrets are gone from where they were; undefined where nobody asked for that. */
  readonly removed?: boolean;
  /** Why they are not. */
  readonly left?: string;
}

export interface TakingOver {
  readonly broker: LocalApiClient;
  readonly sources: ConfigSources;
  readonly remove: boolean;
}

/** Writes the accounts one by one, and gives the broker their secrets; one that fails leaves nothing behind. */
export async function takeOver(plan: readonly Planned[], how: TakingOver): Promise<readonly TakenOver[]> {
  const results: TakenOver[] = [];
  for (const planned of plan) if (planned.kind !== 'unusable') results.push(await takeOne(planned, how));
  return results;
}

async function takeOne(planned: Exclude<Planned, { kind: 'unusable' }>, how: TakingOver): Promise<TakenOver> {
  const { id, found } = planned;
  if (planned.kind === 'there') return { id, outcome: 'there' };
  const { file, ...sources } = how.sources;
  const { addAccount, removeAccount } = await import('../../core/config/edit-config.ts');
  try {
    await addAccount(file, id, planned.fields, sources);
  } catch (error) {
    return failed(id, error);
  }
  if (found.secrets.size === 0) return { id, outcome: 'added' };
  try {
    await untilKnown(how.broker, id, planned.fields.url);
    await give(how.broker, id, found.secrets);
  } catch (error) {
    await removeAccount(file, id, sources);
    return failed(id, error);
  }
  return { id, outcome: 'kept', ...(how.remove && (await removal(found))) };
}

/** Times, and milliseconds between them. */
const looks = 50;
const lookAgain = 100;

/** An account of the same name, removed a moment ago, may have had another address: nothing must be sent there. */
async function untilKnown(broker: LocalApiClient, id: string, url: unknown): Promise<void> {
  if (typeof url !== 'string') return;
  for (let left = looks; ; left -= 1) {
    const view = await broker.account(id);
    if (URL.parse(view.url ?? '')?.href === URL.parse(url)?.href) return;
    if (left === 0)
      throw new KeytrayError('temporarily_unavailable', 'the running Keytray has not read its configuration');
    await pause(lookAgain);
  }
}

/** The ordinary sign-in: what is refused there is not kept. */
async function give(broker: LocalApiClient, id: string, secrets: FoundAccount['secrets']): Promise<void> {
  const login = await broker.startLogin(id, { user_agent: 'browser' });
  try {
    const wanted = (login.input?.fields ?? []).map(({ name }) => name);
    const missing = wanted.find((name) => !secrets.has(name));
    if (wanted.length === 0 || missing !== undefined) {
      throw new KeytrayError('invalid_request', `${missing ?? 'what it asks for'} is missing`, { account: id });
    }
    const given = wanted.map((name) => [name, secrets.get(name)?.reveal() ?? ''] as const);
    requireSuccess(await broker.finishLogin(login.login_id, { fields: Object.fromEntries(given) }));
  } catch (error) {
    await broker.cancelLogin(login.login_id).catch(() => undefined);
    throw error;
  }
}

function requireSuccess(login: LoginView): void {
  const outcome = loginOutcome(login, login.account);
  if (outcome.kind === 'failed') throw outcome.failure;
}

async function removal({ takeOut }: FoundAccount): Promise<Pick<TakenOver, 'removed' | 'left'>> {
  if (takeOut === undefined) return { removed: false, left: 'where it was found cannot be changed' };
  const { takeOutOfSource } = await import('../../core/imports/take-out.ts');
  try {
    const removed = await takeOutOfSource(takeOut);
    return removed ? { removed } : { removed, left: `${takeOut.file} was changed meanwhile` };
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    return { removed: false, left: error.message };
  }
}

function failed(id: string, error: unknown): TakenOver {
  if (error instanceof KeytrayError) {
    const { message, code } = error;
    return { id, outcome: 'failed', message, exit: failures[code].exit };
  }
  if (error instanceof CommandFailure) return { id, outcome: 'failed', message: error.message, exit: error.exit };
  throw error;
}
