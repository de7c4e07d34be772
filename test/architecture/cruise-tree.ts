import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { arrows } from './arrows.ts';
import { sourceFiles, sourceFolders } from './source-files.ts';

export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

type CruiseResult = Pick<ICruiseResult, 'modules'> & { readonly summary: Pick<ICruiseResult['summary'], 'violations'> };

export interface CruisedTree {
  /** Every file of ours that was read, relative to the root. */
  readonly modules: readonly string[];
  /** Files that exist but were not read: a parser that understands nothing would pass otherwise. */
  readonly missed: readonly string[];
  readonly imports: number;
  readonly violations: readonly Violation[];
}

/** Reads every import under `root` and holds it against the arrows. */
export async function cruiseTree(root: string): Promise<CruisedTree> {
  const files = sourceFiles(root);
  const { output } = await cruise(
    [...files],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...arrows] },
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
    },
    {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  );
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text');
  return judgeCruise(output, files);
}

/** What a cruise of `files` found. */
export function judgeCruise(result: CruiseResult, files: readonly string[]): CruisedTree {
  const own = result.modules.filter((module) => sourceFolders.some((folder) => module.source.startsWith(`${folder}/`)));
  const read = new Set(result.modules.filter((module) => !module.couldNotResolve).map((module) => module.source));
  const reasons = new Map(arrows.map((rule) => [rule.name, rule.comment ?? '']));
  return {
    modules: own.map((module) => module.source),
    missed: files.filter((file) => !read.has(file)),
    imports: own.reduce((sum, module) => sum + module.dependencies.length, 0),
    violations: result.summary.violations.map((violation) => ({
      rule: violation.rule.name,
      from: violation.from,
      to: violation.to,
      reason: reasons.get(violation.rule.name) ?? '',
    })),
  };
}
