import { join } from 'node:path';
import { servedHosts, sharedHosts } from '../engine/served.ts';
import { orNoFile, withLines, withoutLines } from '../engine/text-lines.ts';
import type { Tool } from '../engine/tool.ts';
import { quotedPath } from '../engine/words.ts';

const program = 'bazel-credential-keytray';
const ours = new RegExp(`--credential_helper=\\S+?=.*/${program}"?$`);
const flag = /--credential_helper=([^=\s]+)=(\S+)/;

export const bazel: Tool = {
  name: 'bazel',
  title: 'Bazel',
  programs: ['bazel', 'bazelisk'],
  plan(context) {
    const file = join(context.home, '.bazelrc');
    // Bazel compares names alone; what port it is our helper checks.
    const names = [...new Set(servedHosts(context.accounts, 'bazel').map(({ name }) => name))];
    const scopes = names.filter((name) => name.includes('.'));
    const line = (name: string): string => {
      const path = join(context.programs.bin, program);
      const quoted = quotedPath(path, 'bazel');
      return quoted === path
        ? `common --credential_helper=${name}=${path}`
        : `common "--credential_helper=${name}=${path}"`;
    };
    return {
      files: [{ path: file, edit: (text = '') => withLines(text, scopes.map(line)) }],
      links: [],
      lines: () => [],
      obstacles: () => [],
      warnings: ({ before }) => {
        const others = [...(before(file) ?? '').matchAll(new RegExp(flag, 'g'))];
        return [
          ...sharedHosts(context.accounts, 'bazel', 'path'),
          ...others
            .filter(([, scope = '']) => scopes.includes(scope))
            .map(([, scope, other]) => `${file} names ${other} for ${scope} too: Bazel asks whichever comes last`),
          ...names
            .filter((name) => !name.includes('.'))
            .map((name) => `Bazel takes no name without a dot: nothing was written for ${name}`),
        ];
      },
    };
  },
  clean: (text, known) =>
    orNoFile(
      withoutLines(text, (line) => ours.test(line)),
      known,
    ),
};
