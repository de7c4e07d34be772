import type { ToolFamily } from '../services/shapes.ts';
import type { HelperBroker, ServedAccount } from './helper.ts';
import { matchTarget, parseTarget } from './host-url.ts';
import { oneLine } from './unavailable.ts';

export type ChosenAccount =
  /** `target`: where the token goes, safe to print. */
  | { readonly kind: 'account'; readonly account: ServedAccount; readonly target: string }
  | { readonly kind: 'not_listed' }
  /** What to say instead, for people. */
  | { readonly kind: 'refused'; readonly line: string };

interface Wanted {
  readonly family: ToolFamily;
  /** `--account`; undefined: the only account that lists the target. */
  readonly id: string | undefined;
}

export interface WantedForUrl extends Wanted {
  readonly url: string;
  readonly username?: string | undefined;
  /** What people can do where several accounts list it, if the tool cannot be given `--account=ID`. */
  readonly remedy?: ((host: string, accounts: readonly ServedAccount[]) => string) | undefined;
}

const sayWhich = (): string => 'say which with --account=ID';

/** The account for a URL the tool names in full; one without a path means the whole host. */
export function chooseForUrl(broker: HelperBroker, wanted: WantedForUrl): ChosenAccount {
  const { family, id, url, username, remedy = sayWhich } = wanted;
  const target = parseTarget(url);
  if (target === undefined) return { kind: 'not_listed' };
  if (isUnknown(broker, id)) return unknown(id);
  const served = broker.served(family).filter((account) => id === undefined || account.id === id);
  const asked = { ...target, path: target.path ?? '/', username };
  const match = matchTarget(asked, served);
  switch (match.kind) {
    case 'none':
      return { kind: 'not_listed' };
    case 'insecure':
      return refused(
        `${target.host} is asked over plain http, where anyone on the way could read the token; use https`,
      );
    case 'ambiguous':
      return refused(`${idsOf(match.accounts)} all answer for ${target.host}; ${remedy(target.host, match.accounts)}`);
    case 'one':
      return { kind: 'account', account: match.account, target: target.host };
  }
}

export interface WantedForName extends Wanted {
  /** Exactly as a list of the config has it; undefined: whatever the account lists. */
  readonly name: string | undefined;
}

/** The account for what is no host: a role, an audience. One that is named outright must list it too. */
export function chooseForName(broker: HelperBroker, { family, id, name }: WantedForName): ChosenAccount {
  const listing = broker
    .served(family)
    .filter(({ hosts }) => (name === undefined ? hosts.length > 0 : hosts.includes(name)));
  if (isUnknown(broker, id)) return unknown(id);
  const candidates = listing.filter((account) => id === undefined || account.id === id);
  const [only, ...others] = candidates;
  if (only === undefined) return { kind: 'not_listed' };
  if (others.length === 0) return { kind: 'account', account: only, target: name ?? only.hosts.join(' ') };
  return refused(`${idsOf(candidates)} all list ${name ?? 'something'} under ${family}:; say which with --account=ID`);
}

/** For tools that cannot be told "not ours" in a way of their own. */
export function notListedLine({ family, id }: Wanted, what: string | undefined): string {
  const who = id === undefined ? 'no account lists' : `${id} does not list`;
  return oneLine(`keytray: ${who} ${what ?? 'anything'} under ${family}: in its configuration`);
}

function isUnknown(broker: HelperBroker, id: string | undefined): id is string {
  return id !== undefined && broker.named(id) === undefined;
}

function unknown(id: string): ChosenAccount {
  return refused(`there is no account named ${JSON.stringify(id)}; see: keytray accounts list`);
}

const idsOf = (accounts: readonly ServedAccount[]): string => accounts.map(({ id }) => id).join(', ');

function refused(line: string): ChosenAccount {
  return { kind: 'refused', line: oneLine(`keytray: ${line}`) };
}
