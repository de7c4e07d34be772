import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemBrowser } from '../../../core/platform/system-browser.ts';

const url = new URL('https://login.lab.example/authorize?state=$(touch%20x)&a=b;c');

describe('the person’s own browser', () => {
  let folder: string;
  let browser: string;
  const told = (): Promise<string> => readFile(path.join(folder, 'told'), 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-browser-'));
    browser = path.join(folder, 'browser');
    await writeFile(browser, `#!/bin/sh\n{ umask; printf '%s\\n' "$@"; } > ${folder}/told\n`);
    await chmod(browser, 0o755);
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('gets the URL as one argument, whatever stands in it, with the person’s umask', async () => {
    await new SystemBrowser({ BROWSER: browser }, 'linux', 0o022).open(url, undefined);
    expect((await told()).split('\n')).toEqual(['0022', url.href, '']);
  });

  it('is the one the account names, with its arguments', async () => {
    await new SystemBrowser({ BROWSER: '/nowhere' }, 'linux', 0o022).open(url, `${browser} --profile "at work"`);
    expect((await told()).split('\n')).toEqual(['0022', '--profile', 'at work', url.href, '']);
  });

  it('that cannot be started is told from one that can', async () => {
    const missing = new SystemBrowser({ BROWSER: '/nowhere/browser' }, 'linux', 0o022);
    await expect(missing.open(url, undefined)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('is not looked for where there is no display', async () => {
    const none = new SystemBrowser({ PATH: folder }, 'linux', 0o022);
    await expect(none.open(url, undefined)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
