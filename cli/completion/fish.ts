import type { CommandNode } from './command-tree.ts';
import { type FlatCommand, flatten, listAccounts, steps } from './flat.ts';

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function lines({ path, node }: FlatCommand): readonly string[] {
  const at = `complete -c keytray -n ${quote(`__keytray_at ${quote(path)}`)}`;
  const options = node.options.map(({ flag, description, takesValue, values }) => {
    const value = takesValue ? ` -x -a ${quote(values.join(' '))}` : '';
    return `${at} -l ${flag.replace(/^--/, '')}${value} -d ${quote(description)}`;
  });
  const subcommands = node.subcommands.map(
    ({ name, description }) => `${at} -a ${quote(name)} -d ${quote(description)}`,
  );
  if (node.argument === 'account') return [...options, ...subcommands, `${at} -a ${quote('(__keytray_accounts)')}`];
  if (node.argument === 'none') return [...options, ...subcommands];
  return [...options, ...subcommands, `${at} -a ${quote(node.argument.join(' '))}`];
}

export function fishCompletion(root: CommandNode): string {
  const commands = flatten(root);
  return `# keytray completion for fish: keytray completion fish | source
function __keytray_accounts
    ${listAccounts}
end
function __keytray_at
    set -l command ''
    set -l typed (commandline -opc)
    set -e typed[1]
    for word in $typed
        switch "$command $word"
            case ${steps(commands).map(quote).join(' ')}
                set command (string trim "$command $word")
        end
    end
    test "$command" = "$argv[1]"
end
complete -c keytray -f
${commands.flatMap(lines).join('\n')}
`;
}
