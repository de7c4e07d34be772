import type { CommandNode, OptionNode } from './command-tree.ts';

/** One command with its words after `keytray`; none for `keytray` itself. */
export interface FlatCommand {
  readonly path: string;
  readonly node: CommandNode;
}

export function flatten(node: CommandNode, path = ''): readonly FlatCommand[] {
  const below = node.subcommands.flatMap((child) => flatten(child, path === '' ? child.name : `${path} ${child.name}`));
  return [{ path, node }, ...below];
}

/** `PATH WORD` where WORD leads from PATH to a subcommand; PATH is empty at the top. */
export function steps(commands: readonly FlatCommand[]): readonly string[] {
  return commands.flatMap(({ path, node }) => node.subcommands.map((child) => `${path} ${child.name}`));
}

export interface ValueOption {
  readonly path: string;
  readonly option: OptionNode;
}

/** Options that want a value after them, with their command. */
export function valueOptions(commands: readonly FlatCommand[]): readonly ValueOption[] {
  return commands.flatMap(({ path, node }) =>
    node.options.filter(({ takesValue }) => takesValue).map((option) => ({ path, option })),
  );
}

/** Prints the ids of the configured accounts, one per line; needs no running Keytray. */
export const listAccounts = `keytray accounts list --json 2>/dev/null | sed -n 's/^ *"account": "\\(.*\\)",$/\\1/p'`;
