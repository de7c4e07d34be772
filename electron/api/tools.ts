import { listTools, type ToolState } from '../../core/setup/engine/tool-states.ts';
import { applyTool, planTool, toolNamed, undoTool } from '../../core/setup/tools.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { ToolView } from '../../ipc/views.ts';
import { configuredAccounts } from './configured.ts';
import type { ApiParts } from './parts.ts';

type Methods = 'listTools' | 'planSetup' | 'applySetup' | 'undoSetup';

export function toolMethods(parts: Pick<ApiParts, 'config' | 'env' | 'programs'>): Pick<AppApi, Methods> {
  const { env, programs } = parts;
  const options = async () => {
    const accounts = (await configuredAccounts(parts)).map(({ settings: { id, serves } }) => ({ id, serves }));
    return { accounts, env, programs };
  };
  return {
    // Pages show what accounts need by themselves, so their states are not asked for here.
    listTools: async () => (await listTools(await options(), undefined)).map(toolView),
    planSetup: async ({ tool, undo }) => await planTool(toolNamed(tool), await options(), undo),
    applySetup: async ({ tool }) => await applyTool(toolNamed(tool), await options()),
    undoSetup: async ({ tool }) => await undoTool(toolNamed(tool), await options()),
  };
}

function toolView({ tool, title, state, hosts, accounts, problems }: ToolState): ToolView {
  const known = { tool, title, hosts, accounts };
  const [problem] = problems;
  const conflict = problem === undefined ? {} : { conflict: problem };
  const hindrance = accounts.length === 0 ? 'No account serves it yet.' : problem;
  switch (state) {
    case 'not found':
      return { ...known, state: 'not_found' };
    case 'set up':
      return { ...known, state: 'set_up', ...conflict };
    case 'by hand':
      return {
        ...known,
        state: 'not_set_up',
        byHand: true,
        ...(accounts.length === 0 ? { hindrance: 'No account serves it yet.' } : conflict),
      };
    case 'not set up':
      return { ...known, state: 'not_set_up', ...(hindrance === undefined ? {} : { hindrance }) };
  }
}
