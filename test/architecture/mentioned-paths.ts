const folder = /^(?:core|cli|client|ipc|electron|renderer|test|build|docs|\.ci|\.github)\//;

/** Local links, and paths of this repository in code marks. Outputs, patterns and addresses are not paths. */
export function mentionedPaths(text: string): readonly string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => (match[1] ?? '').replace(/#.*$/, ''));
  const marks = [...text.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '').filter((mark) => folder.test(mark));
  return [...new Set([...links, ...marks])].filter((path) => path !== '' && !/^[a-z]+:|[*{}<>…]/.test(path));
}

/** Those paths for which `exists` says no. */
export function missingPaths(paths: readonly string[], exists: (path: string) => boolean): readonly string[] {
  return paths.filter((path) => !exists(path));
}
