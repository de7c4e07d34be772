import { quotedWord } from '../../core/platform/command-words.ts';
import type { CommandNode } from './command-tree.ts';
import { type FlatCommand, flatten, listAccounts, steps, valueOptions } from './flat.ts';

/** `'word:description'` for _describe, in which a colon ends the word. */
function item(word: string, description: string): string {
  return quotedWord(`${word.replaceAll(':', '\\:')}:${description}`);
}

const bare = (word: string): string => `'${word}'`;

function offeredWords({ node }: FlatCommand): string {
  if (node.subcommands.length > 0) {
    return node.subcommands.map(({ name, description }) => item(name, description)).join(' ');
  }
  // One line per account.
  if (node.argument === 'account') return `\${(f)"$(${listAccounts})"}`;
  return node.argument === 'none' ? '' : node.argument.map(bare).join(' ');
}

function offer(command: FlatCommand): string {
  const flags = command.node.options.map(({ flag, description }) => item(flag, description)).join(' ');
  return `    '${command.path}') if [[ $cur == -* ]]; then offered=(${flags}); else offered=(${offeredWords(command)}); fi ;;`;
}

/** Works from a file named `_keytray` in fpath and when evaluated. */
export function zshCompletion(root: CommandNode): string {
  const commands = flatten(root);
  const values = valueOptions(commands).map(
    ({ path, option }) => `    '${path} ${option.flag}') offered=(${option.values.map(bare).join(' ')}) ;;`,
  );
  return `#compdef keytray
# keytray completion for zsh: eval "$(keytray completion zsh)"
_keytray() {
  local command='' cur=\${words[CURRENT]} word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
    ${steps(commands)
      .map((step) => `'${step}'`)
      .join(' | ')}) command="\${command:+$command }$word" ;;
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${values.join('\n')}
    *)
    case "$command" in
${commands.map(offer).join('\n')}
    esac
    ;;
  esac
  (( \${#offered} )) && _describe 'keytray' offered
}
if [[ "\${funcstack[1]}" == _keytray ]]; then
  _keytray "$@"
else
  compdef _keytray keytray
fi
`;
}
