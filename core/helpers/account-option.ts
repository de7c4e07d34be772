import type { HelperBroker, ServedAccount } from './helper.ts';

/** The words of a helper's command line that begin with `--`: `--name` or `--name=value`. Later ones win. */
export function optionsOf(argv: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const word of argv) {
    const [, name, value] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) options.set(name, value ?? '');
  }
  return options;
}

export type NamedAccount =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly id: string }
  | { readonly kind: 'one'; readonly account: ServedAccount };

/** The account of `--account=ID`. */
export function accountOption(options: ReadonlyMap<string, string>, broker: HelperBroker): NamedAccount {
  const id = options.get('account');
  if (id === undefined) return { kind: 'none' };
  const account = broker.named(id);
  return account === undefined ? { kind: 'unknown', id } : { kind: 'one', account };
}
