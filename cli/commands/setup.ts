import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { formatJson } from '../output/json.ts';
import { formatTable } from '../output/table.ts';
import { configuredGitHosts, isInstalled, setUpTool, showReport, type Tool, tools } from '../tool-setup.ts';

interface SetupCommandOptions {
  readonly undo?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

interface ToolState {
  readonly tool: Tool;
  readonly state: 'set up' | 'not set up' | 'not found';
  readonly hosts: readonly string[];
}

async function toolState(cli: Cli, tool: Tool): Promise<ToolState> {
  const hosts = (await configuredGitHosts(cli)).map(({ host }) => host);
  if (!isInstalled(tool, cli.env)) return { tool, state: 'not found', hosts };
  if (hosts.length === 0) return { tool, state: 'not set up', hosts };
  const report = await setUpTool(cli, tool, { undo: false, dryRun: true });
  return { tool, state: report.kind === 'unchanged' ? 'set up' : 'not set up', hosts };
}

function changeIt({ tool, state }: ToolState): string {
  switch (state) {
    case 'set up':
      return `keytray setup ${tool} --undo`;
    case 'not set up':
      return `keytray setup ${tool}`;
    case 'not found':
      return '';
  }
}

async function listTools(cli: Cli, json: boolean): Promise<void> {
  const states = await Promise.all(tools.map((tool) => toolState(cli, tool)));
  if (json) {
    cli.out.write(formatJson(states));
    return;
  }
  const rows = states.map((state) => [
    { text: state.tool },
    { text: state.state },
    { text: state.hosts.join(' ') },
    { text: changeIt(state) },
  ]);
  const columns = [{ title: 'TOOL' }, { title: 'STATE' }, { title: 'HOSTS', least: 12 }, { title: 'CHANGE IT' }];
  cli.out.write(formatTable(columns, rows, { columns: cli.out.columns, cutOrder: [2] }));
}

export function addSetup(program: Command, cli: Cli): void {
  program
    .command('setup')
    .helpGroup('Set up:')
    .description('make a tool ask Keytray, or list the tools')
    .addArgument(new Argument('[tool]').choices(tools))
    .option('--undo', 'put back what was there before')
    .option('--dry-run', 'show the difference, change nothing')
    .option('--json', 'print the list as JSON')
    .action(async (tool: Tool | undefined, options: SetupCommandOptions) => {
      const how = { undo: options.undo === true, dryRun: options.dryRun === true };
      if (tool !== undefined) return showReport(cli, await setUpTool(cli, tool, how), how);
      if (how.undo || how.dryRun) throw usageFailure('no tool named', `Name one of: ${tools.join(', ')}`);
      await listTools(cli, options.json === true);
    });
}
