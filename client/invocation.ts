import { helperPrograms } from './programs.ts';

/** Which helper call a command line means. Pure. */
export type Invocation =
  | {
      readonly kind: 'helper';
      readonly protocol: string;
      readonly operation: string;
      readonly argv: readonly string[];
      /** The other program whose name we were called by. */
      readonly inPlaceOf?: string;
    }
  | { readonly kind: 'usage'; readonly usage: string };

/** `name` is the program as it was called, without its folder. */
export function readInvocation(name: string, args: readonly string[]): Invocation {
  const program = helperPrograms.get(name);
  if (program !== undefined) {
    const { protocol, operation, folder } = program;
    const call = helperCall(protocol, operation === 'last' ? args.at(-1) : operation, args, `${name} OPERATION`);
    return folder === 'libexec' && call.kind === 'helper' ? { ...call, inPlaceOf: name } : call;
  }
  const [command, spoken, ...argv] = args;
  const usage = 'keytray helper PROTOCOL OPERATION…';
  if (command !== 'helper' || spoken === undefined || !/^[a-z0-9-]{1,64}$/.test(spoken))
    return { kind: 'usage', usage };
  return helperCall(spoken, argv[0], argv, usage);
}

function helperCall(
  protocol: string,
  operation: string | undefined,
  argv: readonly string[],
  usage: string,
): Invocation {
  if (operation === undefined || operation === '' || operation.length > 64) return { kind: 'usage', usage };
  return { kind: 'helper', protocol, operation, argv };
}
