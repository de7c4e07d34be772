import { join } from 'node:path';
import type { ToolFamily } from '../../services/shapes.ts';
import type { SetupContext } from './tool.ts';

/** The program of ours that a tool runs. */
const programs: Readonly<Record<ToolFamily, readonly ['bin' | 'libexec', string]>> = {
  git: ['bin', 'git-credential-keytray'],
  docker: ['bin', 'docker-credential-keytray'],
  kubernetes: ['bin', 'keytray'],
  aws: ['bin', 'keytray'],
  cargo: ['bin', 'cargo-credential-keytray'],
  pip: ['libexec', 'keyring'],
  npm: ['bin', 'npm-token-keytray'],
  bazel: ['bin', 'bazel-credential-keytray'],
  terraform: ['bin', 'terraform-credentials-keytray'],
  go: ['bin', 'keytray'],
  google: ['bin', 'keytray'],
  postgres: ['bin', 'psql-keytray'],
  curl: ['bin', 'keytray'],
  maven: ['bin', 'mvn-keytray'],
  mail: ['bin', 'keytray'],
};

export const helperNames: readonly string[] = [...new Set(Object.values(programs).map(([, name]) => name))];

/** Nothing where the program is there and can be run. */
export function helperProblem(tool: ToolFamily, context: Pick<SetupContext, 'programs' | 'look'>): readonly string[] {
  const [folder, name] = programs[tool];
  const file = join(context.programs[folder], name);
  return context.look.isProgram(file) ? [] : [`${file} is not there or cannot be run: build Keytray first`];
}
