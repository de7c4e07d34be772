export type ReadOptions =
  | {
      readonly kind: 'options';
      readonly values: ReadonlyMap<string, string>;
      /** Words that are no options, and everything after `--`. */
      readonly words: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly argument: string };

/** As `readOptions`, where options are all there may be. */
export function readOnlyOptions(argv: readonly string[], names: readonly string[]): ReadOptions {
  const read = readOptions(argv, names);
  const [word] = read.kind === 'options' ? read.words : [];
  return word === undefined ? read : { kind: 'unknown', argument: word };
}

/** Options of ours on a tool's command line: `--name=value` or `--name value`, of the given names and no others. */
export function readOptions(argv: readonly string[], names: readonly string[]): ReadOptions {
  const values = new Map<string, string>();
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      words.push(...argv.slice(index + 1));
      break;
    }
    if (!argument.startsWith('--')) {
      words.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
    if (equals < 0) index += 1;
    const value = equals < 0 ? argv[index] : argument.slice(equals + 1);
    if (!names.includes(name) || value === undefined || values.has(name)) return { kind: 'unknown', argument };
    values.set(name, value);
  }
  return { kind: 'options', values, words };
}
