import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repository } from '../support/keytray.ts';
import { withWalks } from './document.ts';
import { takeWalks } from './walks.ts';

/** `npm run walks`: goes the four walks of docs/architecture.md and writes there which files they passed. */

const file = path.join(repository, 'docs/architecture.md');
const walks = await takeWalks();
await writeFile(file, withWalks(await readFile(file, 'utf8'), walks));
for (const { title, files, aim } of walks) {
  process.stdout.write(`${title}: ${files.length} files${aim === undefined ? '' : `, aim ${aim}`}\n`);
}
