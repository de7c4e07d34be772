import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `electron.d.ts` says of one class or interface. */
export interface Declared {
  /** Platform tags by member, `undefined` where there is none: everywhere. */
  readonly members: ReadonlyMap<string, string | undefined>;
  readonly events: ReadonlyMap<string, string | undefined>;
}

const file = join(import.meta.dirname, '../../node_modules/electron/electron.d.ts');

/** Reads the text, which is made by a program and always laid out alike. */
export function electronDeclarations(): (name: string) => Declared {
  const lines = readFileSync(file, 'utf8').split('\n');
  const declared = (name: string): Declared => {
    const start = lines.findIndex((line) => new RegExp(`^ {2}(?:class|interface) ${name}\\b`).test(line));
    if (start === -1) throw new Error(`electron.d.ts has no ${name}`);
    const [, parent] = /\bextends (\w+) \{/.exec(lines[start] ?? '') ?? [];
    const inherited = parent === undefined || parent === 'NodeEventEmitter' ? undefined : declared(parent);
    const members = new Map(inherited?.members);
    const events = new Map(inherited?.events);
    let platform: string | undefined;
    for (const line of lines.slice(start + 1, lines.indexOf('  }', start))) {
      if (line.startsWith('    /**')) platform = undefined;
      const [, tag] = /^ {5}\* @platform (\S+)/.exec(line) ?? [];
      if (tag !== undefined) platform = tag;
      const [, event] = /^ {4}on\(event: '([^']+)'/.exec(line) ?? [];
      const [, member] = /^ {4}(?:static )?(?:readonly )?(\w+)[?(:]/.exec(line) ?? [];
      if (event !== undefined) events.set(event, platform);
      else if (member !== undefined && !members.has(member)) members.set(member, platform);
      // What a tag stands before, and nothing after it.
      if (/^ {4}\w/.test(line)) platform = undefined;
    }
    return { members, events };
  };
  return declared;
}

export const isFor = (platform: string, tag: string | undefined): boolean =>
  tag === undefined || tag.split(',').includes(platform);
