import type { CommandNode } from './command-tree.ts';
import { type FlatCommand, flatten, listAccounts, steps, valueOptions } from './flat.ts';

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`;

function offeredWords({ node }: FlatCommand): string {
  if (node.subcommands.length > 0) return quoted(node.subcommands.map(({ name }) => name));
  if (node.argument === 'account') return `"$(${listAccounts})"`;
  return quoted(node.argument === 'none' ? [] : node.argument);
}

function offer(command: FlatCommand): string {
  const flags = quoted(command.node.options.map(({ flag }) => flag));
  return `    '${command.path}') if [[ $cur == -* ]]; then offered=${flags}; else offered=${offeredWords(command)}; fi ;;`;
}

/**
 * For bash 3.2 and newer. Words are taken from the line, as bash would split an account at its `@`; what it regards
 * as done is cut off again at the end.
 */
export function bashCompletion(root: CommandNode): string {
  const commands = flatten(root);
  const values = valueOptions(commands).map(
    ({ path, option }) => `    '${path} ${option.flag}') offered=${quoted(option.values)} ;;`,
  );
  return `# keytray completion for bash: eval "$(keytray completion bash)"
_keytray() {
  local line=\${COMP_LINE:0:COMP_POINT} cur='' command='' offered='' word last words
  read -ra words <<< "$line"
  last=$((\${#words[@]} - 1))
  if [[ $line != *[[:space:]] ]]; then
    cur=\${words[last]}
    words=("\${words[@]:0:last}")
    last=$((last - 1))
  fi
  for word in "\${words[@]:1}"; do
    case "$command $word" in
    ${steps(commands)
      .map((step) => `'${step}'`)
      .join(' | ')}) command="\${command:+$command }$word" ;;
    esac
  done
  case "$command \${words[last]}" in
${values.join('\n')}
    *)
    case "$command" in
${commands.map(offer).join('\n')}
    esac
    ;;
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$cur"))
  if [[ $cur == *@* && $COMP_WORDBREAKS == *@* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${cur%@*}@"}")
  fi
}
complete -F _keytray keytray
`;
}
