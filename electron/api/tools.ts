import type { ToolFamily } from '../../core/config/config.ts';
import { KeytrayError } from '../../core/errors.ts';
import { applyTool, lookIn, planTool, toolNamed, toolNames, undoTool } from '../../core/setup/tools.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { ToolView } from '../../ipc/views.ts';
import { type ConfiguredAccount, configuredAccounts } from './configured.ts';
import type { ApiParts } from './parts.ts';

type Methods = 'listTools' | 'planSetup' | 'applySetup' | 'undoSetup';

/** Tools whose set-up writes nothing of the tool's own: there is no program to look for. */
const titles: Readonly<Partial<Record<ToolFamily, string>>> = {
  aws: 'AWS',
  npm: 'npm',
  pip: 'pip',
  git: 'git',
  go: 'Go',
};

export function toolMethods(parts: ApiParts): Pick<AppApi, Methods> {
  const { env, programs } = parts;
  const options = async () => {
    const accounts = (await configuredAccounts(parts)).map(({ settings: { id, serves } }) => ({ id, serves }));
    return { accounts, env, programs };
  };
  return {
    listTools: async () => {
      const accounts = await configuredAccounts(parts);
      return await Promise.all(toolNames.map((tool) => toolView(tool, accounts)));
    },
    planSetup: async ({ tool, undo }) => await planTool(toolNamed(tool), await options(), undo),
    applySetup: async ({ tool }) => await applyTool(toolNamed(tool), await options()),
    undoSetup: async ({ tool }) => await undoTool(toolNamed(tool), await options()),
  };

  async function toolView(tool: ToolFamily, accounts: readonly ConfiguredAccount[]): Promise<ToolView> {
    const serving = accounts.filter(({ settings }) => (settings.serves[tool] ?? []).length > 0);
    const hosts = [...new Set(serving.flatMap(({ settings }) => settings.serves[tool] ?? []))];
    const known = {
      tool,
      title: titles[tool] ?? `${tool.charAt(0).toUpperCase()}${tool.slice(1)}`,
      accounts: serving.map(({ settings }) => settings.id),
      hosts,
    };
    if (tool === 'git' && lookIn(env).program('git') === undefined) return { ...known, state: 'not_found' };
    if (serving.length === 0) return { ...known, state: 'not_set_up', hindrance: 'No account serves it yet.' };
    try {
      const plan = await planTool(tool, await options());
      const [conflict] = plan.warnings;
      return {
        ...known,
        state: plan.changed ? 'not_set_up' : 'set_up',
        ...(conflict === undefined ? {} : { conflict }),
      };
    } catch (error) {
      if (!(error instanceof KeytrayError)) throw error;
      return { ...known, state: 'not_set_up', hindrance: error.message };
    }
  }
}
