import { day, second } from './world.ts';

/**
 * What a server does with a refresh token that was used. `strict`: gives a new one, and a second use of the old one
 * ends the whole family (RFC 9700 section 4.14.2). `grace`: as `strict`, but takes the old one for 30 more seconds.
 */
export type Rotation = 'strict' | 'grace' | 'none';

export interface AuthorizationServer {
  readonly index: number;
  readonly host: string;
  readonly rotation: Rotation;
}

/** One reply of the token endpoint, and what became of it. */
export interface Issue {
  readonly serial: number;
  readonly at: number;
  readonly expiresAt: number;
  /** The issue whose refresh token paid for it; undefined: the sign-in. */
  readonly paidWith: Issue | undefined;
  /** The refresh token is counted as used from here on. */
  usedAt: number | undefined;
  /** The record with its access token has been durable once. */
  stored: boolean;
  /** Why it never reached the store. */
  lost: LossCause | undefined;
}

export type LossCause = 'reply lost' | 'asleep' | 'process killed' | 'process ended in good order' | 'store refused';

/** What comes of one sign-in. */
export interface Family {
  readonly account: string;
  readonly serial: number;
  readonly server: AuthorizationServer;
  /** Milliseconds an access token lives. */
  readonly lifetime: number;
  readonly issues: Issue[];
  death: { readonly at: number; readonly why: 'reuse' | 'disuse'; readonly by: Issue } | undefined;
}

export interface IssuedTokens {
  readonly issue: Issue;
  readonly access: string;
  readonly refresh: string;
  /** Seconds. */
  readonly lifetime: number;
}

export const graceOf = (server: AuthorizationServer): number => (server.rotation === 'grace' ? 30 * second : 0);
const idleLimit = 14 * day;

/** The servers' own memory: who was issued what, and what each of them would accept now. */
export class AuthorizationFleet {
  readonly servers: readonly AuthorizationServer[];
  readonly #families: Family[] = [];
  readonly #clients = new Map<string, Family>();

  constructor(count: number) {
    const rotations: readonly Rotation[] = ['strict', 'grace', 'strict', 'grace', 'none'];
    this.servers = Array.from({ length: count }, (_, index) => ({
      index,
      host: `as${index}.example`,
      rotation: rotations[index % rotations.length] ?? 'strict',
    }));
  }

  signIn(account: string, server: AuthorizationServer, lifetime: number, now: number): IssuedTokens {
    const family = { account, serial: this.#families.length, server, lifetime, issues: [], death: undefined };
    this.#families.push(family);
    return this.#issue(family, undefined, now);
  }

  /** A token for a client that proves itself (RFC 6749 §4.4): nothing is spent by it. */
  give(account: string, server: AuthorizationServer, lifetime: number, now: number): IssuedTokens {
    const known = this.#clients.get(account);
    const family = known ?? { account, serial: this.#families.length, server, lifetime, issues: [], death: undefined };
    if (known === undefined) {
      this.#families.push(family);
      this.#clients.set(account, family);
    }
    return this.#issue(family, undefined, now);
  }

  /** The last token a client was given. */
  lastOfClient(account: string): Issue | undefined {
    return this.#clients.get(account)?.issues.at(-1);
  }

  /** Spends a refresh token; undefined: `invalid_grant`. */
  refresh(token: string, now: number): IssuedTokens | undefined {
    const found = this.find(token);
    if (found === undefined || found.family.death !== undefined) return undefined;
    const { family, issue } = found;
    const verdict = this.#judge(family, issue, now);
    if (verdict !== 'accepted') {
      family.death = { at: now, why: verdict, by: issue };
      return undefined;
    }
    issue.usedAt ??= now;
    return this.#issue(family, issue, now);
  }

  /** Whether the server would take the refresh token now. */
  accepts(token: string, now: number): boolean {
    const found = this.find(token);
    if (found === undefined || found.family.death !== undefined) return false;
    return this.#judge(found.family, found.issue, now) === 'accepted';
  }

  /** The issue a token of either kind belongs to. */
  find(token: string): { readonly family: Family; readonly issue: Issue } | undefined {
    const [, family, issue] = token.split('.');
    const known = this.#families[Number(family)];
    const found = known?.issues[Number(issue)];
    return known === undefined || found === undefined ? undefined : { family: known, issue: found };
  }

  #judge(family: Family, issue: Issue, now: number): 'accepted' | 'reuse' | 'disuse' {
    if (family.server.rotation === 'none') {
      return now - (family.issues.at(-1)?.at ?? 0) > idleLimit ? 'disuse' : 'accepted';
    }
    if (issue.usedAt === undefined) return now - issue.at > idleLimit ? 'disuse' : 'accepted';
    return now - issue.usedAt <= graceOf(family.server) ? 'accepted' : 'reuse';
  }

  #issue(family: Family, paidWith: Issue | undefined, now: number): IssuedTokens {
    const serial = family.issues.length;
    const issue: Issue = {
      serial,
      at: now,
      expiresAt: now + family.lifetime,
      paidWith,
      usedAt: undefined,
      stored: false,
      lost: undefined,
    };
    family.issues.push(issue);
    const refreshSerial = family.server.rotation === 'none' ? 0 : serial;
    return {
      issue,
      access: `access.${family.serial}.${serial}.${family.account}`,
      refresh: `refresh.${family.serial}.${refreshSerial}.${family.account}`,
      lifetime: family.lifetime / second,
    };
  }
}
