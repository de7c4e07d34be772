import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setAccountKey, setTopLevelKey } from '../../../core/config/edit-config.ts';
import { configFolder } from './config-folder.ts';

const before = `# mine
accounts:
  lab:   # keep
    service: oidc
    # where
    issuer: https://login.example
    client_id: keytray
    git: [git.example]  # two, once
  other:
    service: oidc
    issuer: https://other.example
    client_id: keytray
    git:
      - a.example
      - b.example # last

# the end
reminder: 20 # minutes
`;

async function edited(text: string, change: (sources: Awaited<ReturnType<typeof configFolder>>) => Promise<void>) {
  const sources = await configFolder();
  await mkdir(dirname(sources.file), { recursive: true });
  await writeFile(sources.file, text, { mode: 0o600 });
  await change(sources);
  return await readFile(sources.file, 'utf8');
}

const setIn = (text: string, id: string, key: string, value: unknown) =>
  edited(text, (sources) => setAccountKey(sources.file, id, key, value, sources));

describe('setAccountKey', () => {
  it('changes one line', async () => {
    const after = await setIn(before, 'lab', 'git', ['git.example', 'git.example:8443/*']);
    expect(after).toBe(
      before.replace('    git: [git.example]  # two, once', '    git: [git.example, "git.example:8443/*"]'),
    );
  });

  it('takes the place of a list on several lines', async () => {
    expect(await setIn(before, 'other', 'git', ['c.example'])).toBe(
      before.replace('    git:\n      - a.example\n      - b.example # last\n', '    git: [c.example]\n'),
    );
  });

  it('adds a key as the last of its account', async () => {
    expect(await setIn(before, 'lab', 'browser', 'firefox -P work')).toBe(
      before.replace('  # two, once\n', '  # two, once\n    browser: "firefox -P work"\n'),
    );
    expect(await setIn(before, 'other', 'store', 'memory')).toBe(
      before.replace('# last\n', '# last\n    store: memory\n'),
    );
  });

  it('takes a key out, and leaves alone what is not there', async () => {
    expect(await setIn(before, 'lab', 'git', undefined)).toBe(
      before.replace('    git: [git.example]  # two, once\n', ''),
    );
    expect(await setIn(before, 'lab', 'browser', undefined)).toBe(before);
  });

  it('keeps the line ends of the file, and a last line without one', async () => {
    const windows = before.replaceAll('\n', '\r\n');
    expect(await setIn(windows, 'other', 'store', 'memory')).toBe(
      windows.replace('# last\r\n', '# last\r\n    store: memory\r\n'),
    );
    const cut = before.slice(0, before.indexOf('\n    git:\n'));
    expect(await setIn(cut, 'other', 'store', 'memory')).toBe(`${cut}\n    store: memory\n`);
  });

  it('edits accounts written in braces as well', async () => {
    const flow = 'accounts: { lab: { service: oidc, issuer: https://login.example, client_id: keytray } }\n';
    expect(await setIn(flow, 'lab', 'git', ['git.example'])).toContain('git: [ git.example ]');
  });

  it('refuses what would not validate, an account of a drop-in, and one that is not there', async () => {
    await expect(setIn(before, 'lab', 'git', ['not a host'])).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(setIn(before, 'nobody', 'git', [])).rejects.toMatchObject({ code: 'unknown_account' });
    const dropIn = edited(before, async (sources) => {
      await mkdir(sources.dropIn, { recursive: true });
      const fleet =
        'accounts:\n  fleet:\n    service: oidc\n    issuer: https://login.example\n    client_id: keytray\n';
      await writeFile(join(sources.dropIn, 'fleet.yaml'), fleet, { mode: 0o600 });
      await setAccountKey(sources.file, 'fleet', 'store', 'memory', sources);
    });
    await expect(dropIn).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('only reads'),
    });
  });
});

describe('setTopLevelKey', () => {
  const set = (text: string, value: unknown) =>
    edited(text, (sources) => setTopLevelKey(sources.file, 'reminder', value, sources));

  it('changes, adds and removes', async () => {
    expect(await set(before, 60)).toBe(before.replace('reminder: 20 # minutes', 'reminder: 60'));
    expect(await set(before.replace('reminder: 20 # minutes\n', ''), 60)).toContain('# last\nreminder: 60\n');
    expect(await set('', 60)).toBe('reminder: 60\n');
    expect(await set(before, undefined)).toBe(before.replace('reminder: 20 # minutes\n', ''));
  });

  it('refuses what is no duration', async () => {
    await expect(set(before, 0)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});
