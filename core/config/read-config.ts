import type { Config } from './config.ts';
import type { ConfigError } from './config-error.ts';
import { type ConfigSources, configFiles, readSource } from './config-files.ts';
import { interpretConfig, type SourceText } from './interpret-config.ts';

export type { ConfigError } from './config-error.ts';
export { formatConfigError } from './config-error.ts';
export type { ConfigSources } from './config-files.ts';

export type ReadConfig =
  /** `files`: those that exist, main file first. */
  | { readonly kind: 'ok'; readonly config: Config; readonly files: readonly string[] }
  | { readonly kind: 'invalid'; readonly errors: readonly ConfigError[] };

export interface ReadSources {
  readonly texts: readonly SourceText[];
  readonly errors: readonly ConfigError[];
}

export async function readSources(sources: ConfigSources): Promise<ReadSources> {
  const { files, errors } = await configFiles(sources);
  const reads = await Promise.all(files.map((file) => readSource(file, sources.uid)));
  return {
    texts: reads.flatMap((read) => (read.kind === 'text' ? [read.source] : [])),
    errors: [...errors, ...reads.flatMap((read) => (read.kind === 'invalid' ? [read.error] : []))],
  };
}

export function interpretSources({ texts, errors }: ReadSources): ReadConfig {
  const interpreted = interpretConfig(texts);
  if (interpreted.kind === 'invalid') return { kind: 'invalid', errors: [...errors, ...interpreted.errors] };
  if (errors.length > 0) return { kind: 'invalid', errors };
  return { kind: 'ok', config: interpreted.config, files: texts.map((source) => source.file) };
}

/** Never rejects for what a file holds or for a file it may not read; no file at all is an empty configuration. */
export async function readConfig(sources: ConfigSources): Promise<ReadConfig> {
  return interpretSources(await readSources(sources));
}
