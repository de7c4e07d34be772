import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ConfigSources, ReadConfig } from '../../../core/config/read-config.ts';
import { watchConfig } from '../../../core/config/watch-config.ts';
import { account, configFolder } from './config-folder.ts';

class Seen {
  readonly readings: ReadConfig[] = [];

  constructor(sources: ConfigSources) {
    const watcher = watchConfig(sources, (read) => this.readings.push(read));
    onTestFinished(() => watcher.close());
  }

  /** Resolves once the newest reading is the one meant. */
  async until(matches: (read: ReadConfig) => boolean): Promise<void> {
    await vi.waitFor(
      () =>
        expect(this.readings.at(-1)).toSatisfy((read: ReadConfig | undefined) => read !== undefined && matches(read)),
      {
        timeout: 10_000,
      },
    );
  }
}

const has = (id: string) => (read: ReadConfig) => read.kind === 'ok' && read.config.accounts.has(id);
const text = (id: string): string => `accounts:\n  ${id}:\n    ${account}`;

/** As editors do: a new file takes the name. */
async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

describe('watchConfig', () => {
  it('sees the file come, change, be replaced, and go', async () => {
    const sources = await configFolder();
    const seen = new Seen(sources);
    await mkdir(dirname(sources.file));
    await writeFile(sources.file, text('one'), { mode: 0o600 });
    await seen.until(has('one'));

    await writeFile(sources.file, text('two'), { mode: 0o600 });
    await seen.until(has('two'));

    await replace(sources.file, text('three'));
    await seen.until(has('three'));
    await writeFile(sources.file, text('four'), { mode: 0o600 });
    await seen.until(has('four'));

    await rm(sources.file);
    await seen.until((read) => read.kind === 'ok' && read.config.accounts.size === 0);
  });

  it('sees drop-ins, also in a folder that is made later', async () => {
    const sources = await configFolder();
    await mkdir(dirname(sources.file));
    await writeFile(sources.file, text('main'), { mode: 0o600 });
    const seen = new Seen(sources);
    await mkdir(sources.dropIn);
    await writeFile(join(sources.dropIn, 'x.yaml'), text('extra'), { mode: 0o600 });
    await seen.until(has('extra'));
    await rm(join(sources.dropIn, 'x.yaml'));
    await seen.until((read) => has('main')(read) && !has('extra')(read));
  });

  it('tells of a wrong file, and of its mending', async () => {
    const sources = await configFolder();
    await mkdir(dirname(sources.file));
    const seen = new Seen(sources);
    await writeFile(sources.file, 'remindr: 5\n', { mode: 0o600 });
    await seen.until((read) => read.kind === 'invalid');
    await writeFile(sources.file, text('one'), { mode: 0o600 });
    await seen.until(has('one'));
  });

  it('believes an empty file in the end', async () => {
    const sources = await configFolder();
    await mkdir(dirname(sources.file));
    const seen = new Seen(sources);
    await writeFile(sources.file, text('one'), { mode: 0o600 });
    await seen.until(has('one'));
    await writeFile(sources.file, '');
    await seen.until((read) => read.kind === 'ok' && read.config.accounts.size === 0);
  });

  it('follows a symbolic link to the file behind it', async () => {
    const sources = await configFolder();
    const real = join(sources.folder, 'dotfiles', 'keytray.yaml');
    await mkdir(dirname(real));
    await mkdir(dirname(sources.file));
    await writeFile(real, text('one'), { mode: 0o600 });
    await symlink(real, sources.file);
    const seen = new Seen(sources);
    await writeFile(real, text('two'), { mode: 0o600 });
    await seen.until(has('two'));
  });

  it('tells a reading once', async () => {
    const sources = await configFolder();
    await mkdir(dirname(sources.file));
    const seen = new Seen(sources);
    for (let index = 0; index < 5; index += 1) await replace(sources.file, text('one'));
    await seen.until(has('one'));
    await replace(sources.file, text('one'));
    await replace(sources.file, text('two'));
    await seen.until(has('two'));
    const ones = seen.readings.filter(has('one'));
    expect(ones).toHaveLength(1);
  });

  it('is silent once closed', async () => {
    const sources = await configFolder();
    await mkdir(dirname(sources.file));
    const readings: ReadConfig[] = [];
    const closed = watchConfig(sources, (read) => readings.push(read));
    const open = new Seen(sources);
    closed.close();
    await writeFile(sources.file, text('one'), { mode: 0o600 });
    await open.until(has('one'));
    expect(readings).toEqual([]);
  });
});
