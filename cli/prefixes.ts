import { usageFailure } from './failure.ts';

const shape = /^(?:([a-z0-9][a-z0-9._@-]*)=)?([A-Za-z_][A-Za-z0-9_]*)$/;

/** `--prefix P` or `--prefix ID=P`, added to those before it. Without an id it is for the only account there is. */
export function addPrefix(written: string, before: readonly Prefix[] = []): readonly Prefix[] {
  const parts = shape.exec(written);
  if (parts === null) throw usageFailure(`not a prefix: ${written}`, 'Write: --prefix ACCOUNT=NAME_');
  const [, account, text = ''] = parts;
  return [...before, { account, text }];
}

export interface Prefix {
  readonly account: string | undefined;
  readonly text: string;
}

/** By account. Throws where a prefix is for none of them, or for nobody knows which. */
export function prefixesOf(
  prefixes: readonly Prefix[] | undefined,
  accounts: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { account, text } of prefixes ?? []) {
    const [only, ...others] = accounts;
    const meant = account ?? (others.length === 0 ? only : undefined);
    if (meant === undefined) throw usageFailure(`whose prefix is ${text}?`, 'Write: --prefix ACCOUNT=NAME_');
    if (!accounts.includes(meant)) throw usageFailure(`${meant} is not one of the accounts`, 'Correct --prefix.');
    found.set(meant, text);
  }
  return found;
}
