import { parseArgs } from 'node:util';

export type Wish =
  | { readonly kind: 'bench'; readonly quick: boolean; readonly desktopOnly: boolean }
  | {
      readonly kind: 'compare';
      readonly revision: string;
      readonly quick: boolean;
      /** Where the results are saved. */
      readonly json: string | undefined;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly problem: string };

export const usage = `usage: npm run bench -- [--quick] [--desktop]
       npm run bench -- --compare REVISION [--json FILE] [--quick]

  --quick             only a few runs: does everything still work?
  --desktop           the desktop app alone
  --compare REVISION  build that revision of git beside this checkout and measure both, in turns
  --json FILE         save what the comparison found`;

const options = {
  quick: { type: 'boolean' },
  desktop: { type: 'boolean' },
  compare: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export function readArguments(args: readonly string[]): Wish {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return { kind: 'refused', problem: error instanceof Error ? error.message : String(error) };
  }
  const { quick = false, desktop = false, compare, json, help } = values;
  if (help === true) return { kind: 'help' };
  if (compare === undefined) {
    if (json !== undefined) return { kind: 'refused', problem: '--json needs --compare' };
    return { kind: 'bench', quick, desktopOnly: desktop };
  }
  if (compare === '') return { kind: 'refused', problem: '--compare needs a revision' };
  if (json === '') return { kind: 'refused', problem: '--json needs a file' };
  if (desktop) return { kind: 'refused', problem: '--compare always measures everything; leave --desktop out' };
  return { kind: 'compare', revision: compare, quick, json };
}

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options }).values;
