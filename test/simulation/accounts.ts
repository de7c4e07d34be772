import type { GrantKind } from '../../core/services/grant.ts';
import type { AuthorizationFleet, AuthorizationServer } from './authorization-fleet.ts';
import { day, hour, minute, second, type World } from './world.ts';

/** What a person was given for an account: nothing renews it. */
export interface GivenKey {
  readonly text: string;
  /** Milliseconds of true time; undefined: it has no end. */
  readonly endsAt: number | undefined;
  /** Milliseconds the wall clock was ahead when it was entered: the broker counts from then. */
  readonly wallAhead: number;
}

export interface SimulatedAccount {
  readonly id: string;
  readonly server: AuthorizationServer;
  /** Milliseconds an access token lives. */
  readonly lifetime: number;
  readonly grant: GrantKind;
  /** Its endpoints come from the server's metadata. */
  readonly discovered: boolean;
  /** `token_exchange`: whose token is exchanged. */
  readonly subject: SimulatedAccount | undefined;
  /** `command`: the program tells how long its token lives. */
  readonly tellsEnd: boolean;
  /** `api_key`: milliseconds that each of its keys lives; undefined: they have no end. */
  readonly keyLife: number | undefined;
  key: GivenKey | undefined;
  /** The broker has asked for a new sign-in, and nobody has signed in yet. */
  lost: boolean;
  /** The refresh token that was last made durable. */
  stored: string;
}

/** Of every hundred: one with 30 s, nine with 5 min, sixty with an hour, thirty with more. */
function lifetimeOf(index: number, count: number): number {
  const share = index / count;
  if (share < 0.01 || index === 0) return 30 * second;
  if (share < 0.1) return 5 * minute;
  if (share < 0.7) return hour;
  return index % 2 === 0 ? 8 * hour : 24 * hour;
}

/** Of every fourteen accounts; the others are signed in to by browser. */
const otherGrants: ReadonlyMap<number, GrantKind> = new Map([
  [1, 'api_key'],
  [2, 'pasted_code'],
  [4, 'aws_identity'],
  [5, 'client_credentials'],
  [8, 'command'],
  [12, 'client_credentials'],
  [13, 'token_exchange'],
]);
const period = 14;

/** Every second key has no end, the others end soon or after all the reminders that there are. */
const keyLives = [undefined, 2 * day, undefined, 29 * day] as const;

/** Whether the account keeps its login with a refresh token. */
export const keepsLogin = ({ grant }: Pick<SimulatedAccount, 'grant'>): boolean =>
  grant === 'authorization_code' || grant === 'pasted_code';

/** Whether the same request brings another token whenever one is wanted. */
export const asksAgain = ({ grant }: Pick<SimulatedAccount, 'grant'>): boolean =>
  grant !== 'api_key' && !keepsLogin({ grant });

export function makeAccounts(count: number, fleet: AuthorizationFleet): readonly SimulatedAccount[] {
  const accounts: SimulatedAccount[] = [];
  for (let index = 0; index < count; index++) {
    const server = fleet.servers[index % fleet.servers.length];
    if (server === undefined) throw new RangeError('no servers');
    const grant = otherGrants.get(index % period) ?? 'authorization_code';
    const round = Math.floor(index / period);
    const tellsEnd = grant !== 'command' || round % 2 === 0;
    accounts.push({
      id: `a${index}`,
      server,
      // What a program prints without an end is good for longer than it is kept.
      lifetime: tellsEnd ? lifetimeOf(index, count) : 8 * hour,
      grant,
      discovered: index % 7 === 3,
      // The one of the same fourteen that is signed in to by browser.
      subject: grant === 'token_exchange' ? accounts[index - 2] : undefined,
      tellsEnd,
      keyLife: grant === 'api_key' ? keyLives[round % keyLives.length] : undefined,
      key: undefined,
      lost: false,
      stored: '',
    });
  }
  return accounts;
}

/** The next key of an account, as a service gives it now. */
export function giveKey(account: SimulatedAccount, { time, wallAhead }: World): void {
  const { id, key, keyLife } = account;
  const serial = key === undefined ? 1 : Number(key.text.split('.').at(-1)) + 1;
  account.key = { text: `key.${id}.${serial}`, endsAt: keyLife === undefined ? undefined : time + keyLife, wallAhead };
}

/** Milliseconds until a key ends by the machine's own clock, which may be ahead: nobody else tells. */
export const untilKeyEnds = ({ key }: SimulatedAccount, { time, wallAhead }: World): number =>
  key?.endsAt === undefined ? Number.POSITIVE_INFINITY : key.endsAt - Math.max(0, wallAhead, key.wallAhead) - time;
