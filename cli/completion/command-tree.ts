import type { Command } from 'commander';

export interface OptionNode {
  /** `--json`; an option known by a short flag only is not completed. */
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

export interface CommandNode {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly subcommands: readonly CommandNode[];
  /** What the first argument can be: `account` is asked of the running Keytray, a list is offered as it is. */
  readonly argument: 'account' | 'none' | readonly string[];
}

function argumentKind(command: Command): CommandNode['argument'] {
  const [first] = command.registeredArguments;
  if (first === undefined) return 'none';
  if (first.name() === 'account' || first.name() === 'accounts') return 'account';
  return first.argChoices ?? 'none';
}

/** The commands as data, so that every shell's script says the same as `--help`. */
export function commandTree(command: Command): CommandNode {
  return {
    name: command.name(),
    description: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .flatMap((option) =>
        option.long === undefined
          ? []
          : [
              {
                flag: option.long,
                description: option.description,
                takesValue: option.required || option.optional,
                values: option.argChoices ?? [],
              },
            ],
      ),
    subcommands: command.commands.map(commandTree),
    argument: argumentKind(command),
  };
}
