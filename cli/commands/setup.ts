import { Argument, type Command } from 'commander';
import { toolFamilies } from '../../core/services/shapes.ts';
import type { ToolState } from '../../core/setup/engine/tool-states.ts';
import type { ToolName } from '../../core/setup/tools.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { slowHelpersNote } from '../installation.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { accountStates, setUpTool, setupOptions, showReport } from '../tool-setup.ts';

interface SetupFlags {
  readonly undo?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly link?: string;
}

function changeIt({ tool, state, hosts }: ToolState): string {
  switch (state) {
    case 'set up':
      return `keytray setup ${tool} --undo`;
    case 'not set up':
    case 'by hand':
      return hosts.length === 0 ? '' : `keytray setup ${tool}`;
    case 'not found':
      return '';
  }
}

async function listTools(cli: Cli, json: boolean): Promise<void> {
  const { listTools: list } = await import('../../core/setup/engine/tool-states.ts');
  const states = await list(await setupOptions(cli), await accountStates(cli));
  if (json) {
    cli.out.write(formatJson(states));
    return;
  }
  const rows = states.map((state) => [
    { text: state.tool },
    { text: state.state },
    { text: state.works ?? '' },
    { text: state.hosts.join(' ') },
    { text: changeIt(state) },
  ]);
  const columns = [
    { title: 'TOOL' },
    { title: 'STATE' },
    { title: 'WORKS', least: 9 },
    { title: 'HOSTS', least: 8 },
    { title: 'CHANGE IT' },
  ];
  cli.out.write(formatTable(columns, rows, { columns: cli.out.columns, cutOrder: [3, 2] }));
  for (const { tool, problems } of states) {
    for (const problem of problems) cli.err.write(`keytray: ${tool}: ${printable(problem)}\n`);
  }
  const slow = slowHelpersNote();
  if (slow !== undefined) cli.err.write(`keytray: ${slow}\n`);
}

export function addSetup(program: Command, cli: Cli): void {
  program
    .command('setup')
    .helpGroup('Set up:')
    .description('make a tool ask Keytray, or list the tools')
    .addArgument(new Argument('[tool]').choices(toolFamilies))
    .option('--undo', 'put back what was there before')
    .option('--dry-run', 'show the difference, change nothing')
    .option('--link <folder>', 'docker, pip: link the program they look for into a folder on PATH')
    .option('--json', 'print the list as JSON')
    .action(async (tool: ToolName | undefined, flags: SetupFlags) => {
      const how = { undo: flags.undo === true, dryRun: flags.dryRun === true, link: flags.link };
      if (how.link !== undefined && tool !== 'docker' && tool !== 'pip') {
        throw usageFailure('--link is for docker and pip', 'Other tools are given the whole path of their helper.');
      }
      if (tool !== undefined && flags.json === true) {
        throw usageFailure('--json is for the list of all tools', 'Run: keytray setup --json');
      }
      if (tool !== undefined) return showReport(cli, await setUpTool(cli, tool, how), how);
      if (how.undo || how.dryRun) throw usageFailure('no tool named', `Name one of: ${toolFamilies.join(', ')}`);
      await listTools(cli, flags.json === true);
    });
}
