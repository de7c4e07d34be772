import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type KnownSecrets, written } from './known-secrets.ts';

/** What people and programs can see, and its name. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Every file below a folder. */
export async function filesBelow(folder: string): Promise<readonly Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return await Promise.all(files.map(async (name) => ({ name, text: await readFile(name, 'latin1') })));
}

/** `KIND in PLACE` for each secret that stands there, however it is written; empty where none does. */
export const secretsIn = ({ values }: KnownSecrets, places: readonly Place[]): readonly string[] =>
  places.flatMap(({ name, text }) =>
    [...values]
      .filter(([value]) => written(value).some((form) => text.includes(form)))
      .map(([, kind]) => `${kind} in ${name}`),
  );
