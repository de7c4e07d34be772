/** Which helper call a command line means. Pure. */
export type Invocation =
  | {
      readonly kind: 'helper';
      readonly protocol: string;
      readonly operation: string;
      readonly argv: readonly string[];
    }
  | { readonly kind: 'usage'; readonly usage: string };

/** Program names of their own, because the tool looks for them by name. */
const protocols: ReadonlyMap<string, string> = new Map([['git-credential-keytray', 'git']]);

/** `name` is the program as it was called, without its folder. */
export function readInvocation(name: string, args: readonly string[]): Invocation {
  const protocol = protocols.get(name);
  if (protocol !== undefined) return helperCall(protocol, args, `${name} OPERATION`);
  const [command, spoken, ...argv] = args;
  const usage = 'keytray helper PROTOCOL OPERATION…';
  if (command !== 'helper' || spoken === undefined || !/^[a-z0-9-]{1,64}$/.test(spoken))
    return { kind: 'usage', usage };
  return helperCall(spoken, argv, usage);
}

function helperCall(protocol: string, argv: readonly string[], usage: string): Invocation {
  // Tools append the operation to whatever else is configured.
  const operation = argv.at(-1);
  if (operation === undefined || operation === '' || operation.length > 64) return { kind: 'usage', usage };
  return { kind: 'helper', protocol, operation, argv };
}
