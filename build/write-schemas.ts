import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { configSchema } from '../core/config/config-schema.ts';
import { failureTables } from './failure-tables.ts';

/** JSON Schema of the configuration file (draft 2020-12), for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { target: 'draft-2020-12', io: 'input' });
}

/** In the layout the linter asks for. */
function formatted(schema: Record<string, unknown>, file: string): string {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const input = JSON.stringify(schema, undefined, 2);
  return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${file}`], { input, encoding: 'utf8' });
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../docs/config.schema.json', import.meta.url));
  writeFileSync(file, formatted(configJsonSchema(), file));
  writeFileSync(new URL('../docs/failures.md', import.meta.url), failureTables());
}
