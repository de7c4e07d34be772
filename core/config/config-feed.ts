import { configFile, dropInFolders } from './paths.ts';
import { type ConfigSources, type ReadConfig, readConfig } from './read-config.ts';
import { watchConfig } from './watch-config.ts';

/** The configuration as it stands in the files, and every later reading of it. */
export interface ConfigFeed {
  readonly sources: ConfigSources;
  readonly first: ReadConfig;
  /** From now on each new reading goes here. */
  follow(apply: (read: ReadConfig) => void): void;
  /** Reads the files now. */
  reload(): Promise<void>;
  close(): void;
}

export async function openConfigFeed(env: NodeJS.ProcessEnv, uid: number): Promise<ConfigFeed> {
  const sources: ConfigSources = { file: configFile(env), dropIns: dropInFolders(env), uid };
  let apply: (read: ReadConfig) => void = () => undefined;
  // Before the first reading, so that no change falls between the two.
  const watcher = watchConfig(sources, (read) => apply(read));
  return {
    sources,
    first: await readConfig(sources),
    follow: (next) => {
      apply = next;
    },
    reload: async () => apply(await readConfig(sources)),
    close: () => watcher.close(),
  };
}
