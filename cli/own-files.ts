import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What Keytray writes into its state folder, by name; a folder with what it writes in there. */
type Own = { readonly [name: string]: 'file' | 'tree' | RegExp };

const accountFile = /^[a-z0-9][\w.%-]*$/;

const ofState: Own = {
  'agent.log': 'file',
  'desktop.log': 'file',
  'broker.lock': 'file',
  locked: 'file',
  journal: 'file',
  'journal.new': 'file',
  'stores.json': 'file',
  'tokens.sealed': 'file',
  'tokens.sealed.new': 'file',
  'tokens.sealed.previous': 'file',
  'tokens.sealed.previous.new': 'file',
  'tokens.sealed.unreadable': 'file',
  refreshing: accountFile,
  rotations: /^[a-z0-9][\w.%-]*\.json$/,
  setup: /^[a-z]+-[0-9a-f]{16}\.json$/,
  run: /^keytray\.sock(?:\.lock)?$/,
  // The desktop app's own profile: Chromium makes hundreds of files there.
  desktop: 'tree',
};

const ofRun: Own = { 'keytray.sock': 'file', 'keytray.sock.lock': 'file' };

/** Left behind where a process was killed while it wrote. */
const temporary = /^\.keytray-\d+-[0-9a-f]{12}\.tmp$/;

export interface OwnFiles {
  readonly ours: readonly string[];
  readonly foreign: readonly string[];
}

/** What of a folder Keytray has made. A link is never one of ours, and none is followed. */
export function ownFilesOf(folder: string, kind: 'state' | 'run'): OwnFiles {
  const own = kind === 'state' ? ofState : ofRun;
  const ours: string[] = [];
  const foreign: string[] = [];
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const what = Object.hasOwn(own, name) ? own[name] : undefined;
    const isFolder = lstatSync(path).isDirectory();
    if (what === 'tree' && isFolder) ours.push(path);
    else if (what instanceof RegExp && isFolder) {
      for (const inner of namesIn(path)) {
        const file = join(path, inner);
        ((what.test(inner) || temporary.test(inner)) && isPlain(file) ? ours : foreign).push(file);
      }
    } else ((what === 'file' || temporary.test(name)) && isPlain(path) ? ours : foreign).push(path);
  }
  return { ours, foreign };
}

/** Removes what is ours, and then every folder that is empty. Returns what stays. */
export function removeOwnFiles(folder: string, kind: 'state' | 'run'): readonly string[] {
  const { ours, foreign } = ownFilesOf(folder, kind);
  for (const path of ours) rmSync(path, { recursive: true, force: true });
  const inner = kind === 'state' ? Object.keys(ofState).map((name) => join(folder, name)) : [];
  for (const empty of [...inner, folder]) removeIfEmpty(empty);
  return foreign;
}

export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not there, is a link or a file, or has something in it: it stays.
  }
}

function isPlain(path: string): boolean {
  const found = lstatSync(path);
  return found.isFile() || found.isSocket();
}

function namesIn(folder: string): readonly string[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder).sort() : [];
  } catch {
    return [];
  }
}
