import { KeytrayError } from '../../errors.ts';
import { oneLineOf } from '../../failures/next-step.ts';
import { lookAtTool, type ToolName, toolNames, tools } from '../tools.ts';
import { contextOf, type ToolSetupOptions } from './context.ts';
import { type SetupContext, servedTo } from './tool.ts';

export interface ToolState {
  readonly tool: ToolName;
  /** For people. */
  readonly title: string;
  /** `by hand`: there is nothing to write, `lookAtTool` says what to use. */
  readonly state: 'set up' | 'not set up' | 'not found' | 'by hand';
  /** Of a tool that is set up, or used by hand; `not checked` where nobody could be asked about the accounts. */
  readonly works?: 'yes' | 'no' | 'not checked';
  readonly hosts: readonly string[];
  readonly accounts: readonly string[];
  /** What is in front of us or keeps it from working, a sentence each. */
  readonly problems: readonly string[];
}

/** States of accounts by id, as the broker tells; undefined where none is running. */
export type AccountStates = ReadonlyMap<string, string> | undefined;

/** Every tool: whether it is here, set up, and would get an answer. Changes nothing. */
export async function listTools(options: ToolSetupOptions, states: AccountStates): Promise<readonly ToolState[]> {
  const context = contextOf(options);
  const found: ToolState[] = [];
  // One after the other: each may run git or read the same files.
  for (const tool of toolNames) found.push(await stateOf(tool, options, context, states));
  return found;
}

function isFound(tool: ToolName, { look }: SetupContext): boolean {
  const programs = tools.get(tool)?.programs ?? ['git'];
  return programs.length === 0 || programs.some((program) => look.program(program) !== undefined);
}

async function stateOf(
  tool: ToolName,
  options: ToolSetupOptions,
  context: SetupContext,
  states: AccountStates,
): Promise<ToolState> {
  const serving = options.accounts.filter((account) => servedTo(tool, account).length > 0);
  const head = {
    tool,
    title: tools.get(tool)?.title ?? 'git',
    hosts: [...new Set(serving.flatMap((account) => servedTo(tool, account)))],
    accounts: serving.map(({ id }) => id),
  };
  if (!isFound(tool, context)) return { ...head, state: 'not found', problems: [] };
  const byHand = tools.get(tool)?.byHand === true;
  try {
    const state = byHand ? 'by hand' : (await isSetUp(tool, options, serving.length > 0)) ? 'set up' : 'not set up';
    if (state === 'not set up' || serving.length === 0) return { ...head, state, problems: [] };
    const { warnings, blocked } = await lookAtTool(tool, options);
    const accounts = accountProblems(head.accounts, states);
    const works = blocked || accounts.length > 0 ? 'no' : states === undefined ? 'not checked' : 'yes';
    return { ...head, state, works, problems: [...warnings, ...accounts] };
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    return { ...head, state: byHand ? 'by hand' : 'not set up', problems: [oneLineOf(error)] };
  }
}

async function isSetUp(tool: ToolName, options: ToolSetupOptions, served: boolean): Promise<boolean> {
  const undo = await lookAtTool(tool, options, true);
  const words = tools.get(tool)?.writesCommonWords === true;
  if (!served) return undo.changed;
  if (!undo.changed && !words) return false;
  return !(await lookAtTool(tool, options)).changed;
}

function accountProblems(accounts: readonly string[], states: AccountStates): readonly string[] {
  if (states === undefined) return [];
  return accounts.flatMap((id) => {
    const state = states.get(id);
    if (state === 'active' || state === 'degraded') return [];
    return [state === 'locked' ? `${id} is locked; see: keytray status` : `${id} needs a sign-in: keytray login ${id}`];
  });
}
