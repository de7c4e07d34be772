import { type GitItem, scanGitConfig } from './git-config-text.ts';
import { isOurHelper } from './git-plan.ts';

const isOurs = ({ kind, section, key, value }: GitItem): boolean =>
  kind === 'entry' && section.startsWith('credential.') && key === 'helper' && isOurHelper(value);

/** What we wrote between two headers: our helper, the reset above it, and `useHttpPath` right below it. */
function ownIn(items: readonly GitItem[], keepsPath: boolean): readonly GitItem[] {
  return items.flatMap((item, index) => {
    if (!isOurs(item)) return [];
    const reset = items.slice(0, index).findLast(({ key, value }) => key === 'helper' && value === '');
    const next = items[index + 1];
    const path = next?.key === 'usehttppath' && /^(?:true|yes|on|1)$/i.test(next.value) && !keepsPath ? [next] : [];
    return [...(reset === undefined ? [] : [reset]), item, ...path];
  });
}

/**
 * A git configuration without what `setup` adds, in whatever form it stands there by now, and without a section
 * where nothing else is left in one of ours. Every other byte stays. `keepsPath`: sections, as `credential.URL`, whose
 * `useHttpPath` a person added.
 */
export function withoutOwnLines(text: string, keepsPath: (section: string) => boolean = () => false): string {
  const goes: GitItem[] = [];
  const items = scanGitConfig(text);
  const starts = items.flatMap(({ kind }, index) => (kind === 'header' ? [index] : []));
  for (const [at, start] of starts.entries()) {
    const [head, ...inside] = items.slice(start, starts[at + 1]);
    if (head === undefined) continue;
    const own = new Set(ownIn(inside, keepsPath(head.section)));
    goes.push(...own);
    if (own.size > 0 && own.size === inside.length) goes.push(head);
  }
  return goes.toSorted((left, right) => right.from - left.from).reduce((rest, item) => withoutItem(rest, item), text);
}

/** With its line where nothing else is on it. Items further down must have gone already. */
function withoutItem(text: string, { from, to }: GitItem): string {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const newline = text.indexOf('\n', to);
  const end = newline < 0 ? text.length : newline + 1;
  const alone = text.slice(start, from).trim() === '' && text.slice(to, end).trim() === '';
  if (alone) return text.slice(0, start) + text.slice(end);
  return text.slice(0, from).trimEnd() + text.slice(to);
}
