import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Product, productAt } from '../product.ts';
import { runGroup } from './process-group.ts';

/** A commit, found by the name it was asked for. */
export interface Revision {
  readonly name: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
}

/** Undefined where git knows no such commit. */
export async function findRevision(checkout: string, name: string, signal: AbortSignal): Promise<Revision | undefined> {
  const found = await git(
    checkout,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
    signal,
  ).catch(() => '');
  const commit = found.trim();
  return /^[0-9a-f]{40,64}$/.test(commit) ? { name, commit } : undefined;
}

/** How this checkout is called in the results. */
export async function nameOfCheckout(checkout: string, signal: AbortSignal): Promise<string> {
  const commit = (await git(checkout, ['rev-parse', '--short', 'HEAD'], signal)).trim();
  const changes = await git(checkout, ['status', '--porcelain', '--untracked-files=no'], signal);
  return changes === '' ? commit : `${commit} with changes`;
}

/** The files of the commit in a work tree of their own at `root`, which must not exist. */
export async function addWorktree(
  checkout: string,
  { commit }: Revision,
  root: string,
  signal: AbortSignal,
): Promise<void> {
  // Hooks of this clone are not meant for a passing visit.
  await git(
    checkout,
    ['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', root, commit],
    signal,
  );
}

/** Also where it was added only by half. Never rejects: what is left is pruned by git itself. */
export async function removeWorktree(checkout: string, root: string): Promise<void> {
  const { signal } = new AbortController();
  await git(checkout, ['worktree', 'remove', '--force', root], signal).catch(() => undefined);
}

/** Where its packages come from. */
export async function installPackages(
  checkout: string,
  root: string,
  signal: AbortSignal,
): Promise<'linked' | 'installed'> {
  const [theirs, ours] = await Promise.all(
    [root, checkout].map((at) => readFile(join(at, 'package-lock.json'), 'utf8')),
  );
  if (theirs === ours) {
    await linkPackages(checkout, root, signal);
    return 'linked';
  }
  // What npm leaves among the temporary files is removed with the work tree.
  const env = outsideOfScript({ ...process.env, TMPDIR: dirname(root) });
  await runGroup('npm', ['ci'], { env, cwd: root, signal });
  return 'installed';
}

/**
 * The files of this checkout's packages under names of their own. A symbolic link would not do: Node resolves it, and
 * programs of the build would run, and look for their neighbours, below this checkout.
 */
async function linkPackages(checkout: string, root: string, signal: AbortSignal): Promise<void> {
  const [from, to] = [checkout, root].map((at) => join(at, 'node_modules'));
  const options = { env: process.env, cwd: root, signal };
  const copy = (how: string) => runGroup('cp', [how, `${from}`, `${to}`], options);
  try {
    await copy('-al');
  } catch {
    signal.throwIfAborted();
    // Another file system has no hard links to this one.
    await runGroup('rm', ['-rf', `${to}`], options);
    await copy('-a');
  }
}

export async function buildAt(root: string, signal: AbortSignal): Promise<Product> {
  const own = join(root, 'node_modules/node/bin/node');
  const node = existsSync(own) ? own : process.execPath;
  await runGroup(node, ['build/bundle.ts'], { env: outsideOfScript(process.env), cwd: root, signal });
  return productAt(root);
}

/** npm tells the scripts it runs which folder is its own, and another npm would believe it. */
function outsideOfScript(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(?:npm_(?:package|lifecycle)_|npm_config_local_prefix$|INIT_CWD$)/.test(name),
    ),
  );
}

function git(checkout: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return runGroup('git', args, { env: process.env, cwd: checkout, signal });
}
