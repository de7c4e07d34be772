import { isAbsolute, join } from 'node:path';
import { servedHosts, sharedHosts } from '../engine/served.ts';
import { orNoFile } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { quotedPath } from '../engine/words.ts';
import { type BazelHelper, bazelHelpers, bazelImports, withBazelLines, withoutBazelLine } from './bazelrc-text.ts';

const program = 'bazel-credential-keytray';
const isOurs = ({ path }: BazelHelper): boolean => path.endsWith(`/${program}`);
/** Our words in a line that a person added more to. */
const ourWord = new RegExp(`[ \\t]+(["']?)--credential_helper=[^"'\\n]*/${program}\\1(?=\\s|$)`, 'g');

/** More is a mistake, or a loop. */
const mostImports = 32;

interface ReadFile {
  readonly file: string;
  readonly text: string;
}

/** The files that Bazel reads besides: the machine's, the project's, and what each of them imports. */
function othersOf({ cwd, look }: SetupContext, file: string, text: string): readonly ReadFile[] {
  const found = new Map<string, string>();
  const waiting = [...bazelImports(text), '/etc/bazel.bazelrc', join(cwd, '.bazelrc')];
  for (let next = waiting.shift(); next !== undefined && found.size < mostImports; next = waiting.shift()) {
    const path = next.replace(/^%workspace%/, cwd);
    const content = isAbsolute(path) && path !== file && !found.has(path) ? look.read(path) : undefined;
    if (content === undefined) continue;
    found.set(path, content);
    waiting.push(...bazelImports(content));
  }
  return [...found].map(([path, content]) => ({ file: path, text: content }));
}

export const bazel: Tool = {
  name: 'bazel',
  title: 'Bazel',
  programs: ['bazel', 'bazelisk'],
  plan(context) {
    const file = join(context.home, '.bazelrc');
    // Bazel compares names alone; what port it is our helper checks.
    const names = [...new Set(servedHosts(context.accounts, 'bazel').map(({ name }) => name))];
    const scopes = names.filter((name) => name.includes('.'));
    const helper = join(context.programs.bin, program);
    const line = (name: string): string => {
      const quoted = quotedPath(helper, 'bazel');
      return quoted === helper
        ? `common --credential_helper=${name}=${helper}`
        : `common "--credential_helper=${name}=${helper}"`;
    };
    /** Also where a person gave our line another command, or more words. */
    const isInPlace = (current: string): boolean => {
      const helpers = bazelHelpers(current);
      const stale = helpers.filter(
        (found) => isOurs(found) && (found.path !== helper || !scopes.includes(found.scope)),
      );
      const last = (scope: string) => helpers.findLast((found) => found.scope === scope);
      return stale.length === 0 && scopes.every((scope) => last(scope)?.path === helper);
    };
    const edit = (text: string, current: string): string =>
      isInPlace(current) ? current : withBazelLines(text, scopes.map(line));
    /** Of each scope that somebody else has a helper for too. */
    const rivals = (text: string): readonly (BazelHelper & { readonly file: string })[] =>
      [{ file, text }, ...othersOf(context, file, text)].flatMap((read) =>
        bazelHelpers(read.text)
          .filter((found) => scopes.includes(found.scope) && !isOurs(found))
          .map((found) => ({ ...found, file: read.file })),
      );
    const isCommon = ({ command }: BazelHelper): boolean => command === 'common' || command === 'always';
    return {
      files: [{ path: file, edit: (text, current = text) => edit(text ?? '', current ?? '') || text }],
      links: [],
      lines: () => [],
      obstacles: ({ before }) =>
        rivals(before(file) ?? '')
          .filter((found) => !isCommon(found))
          .map(
            ({ file: place, command, scope }) =>
              `${place} names another helper for ${scope} for ${command}, which Bazel asks before one for every command; remove it`,
          ),
      warnings: ({ before }) => [
        ...sharedHosts(context.accounts, 'bazel', 'path'),
        ...rivals(before(file) ?? '')
          .filter(isCommon)
          .map(({ file: place, scope }) => `${place} names another helper for ${scope}: it is not asked any more`),
        ...names
          .filter((name) => !name.includes('.'))
          .map((name) => `Bazel takes no name without a dot: nothing was written for ${name}`),
      ],
    };
  },
  clean(text, known) {
    // From the end, so that the numbers of the lines before stay true.
    const rest = bazelHelpers(text)
      .filter(isOurs)
      .reduceRight((left, { line }) => withoutBazelLine(left, line, line.words.length > 2 ? ourWord : undefined), text);
    return orNoFile(rest, known);
  },
};
