import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { SecretClipboard } from '../../../electron/clipboard.ts';
import { openOutside, ShellBrowser } from '../../../electron/shell-browser.ts';
import { Browsers } from '../../support/broker.ts';
import { clipboard, machine, resetElectron } from '../../support/electron-stand-in/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Lets what a timer began come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a token in the clipboard', () => {
  let clock: ManualClock;
  let secrets: SecretClipboard;
  beforeEach(() => {
    resetElectron();
    clock = new ManualClock();
    secrets = new SecretClipboard(clock);
  });

  it('is there for its time and no longer', async () => {
    await secrets.copy(new Secret('token'), 30);
    clock.advance(29_999);
    await settled();
    expect(await clipboard.readText()).toBe('token');
    clock.advance(1);
    await settled();
    expect(await clipboard.readText()).toBe('');
  });

  it('does not take away what the person copied since', async () => {
    await secrets.copy(new Secret('token'), 30);
    await clipboard.writeText('a line of code');
    clock.advance(30_000);
    await settled();
    expect(await clipboard.readText()).toBe('a line of code');
  });

  it('begins its time anew when it is copied again', async () => {
    await secrets.copy(new Secret('token'), 30);
    clock.advance(20_000);
    await secrets.copy(new Secret('token'), 30);
    clock.advance(20_000);
    await settled();
    expect(await clipboard.readText()).toBe('token');
    await secrets.clear();
    await secrets.clear();
    expect(await clipboard.readText()).toBe('');
  });
});

describe('what is opened outside', () => {
  beforeEach(resetElectron);

  it.each([
    'http://login.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ssh://host/',
    'smb://host/share',
    'keytray://callback',
    'http://127.0.0.1.evil.example/',
  ])('is not %s', async (url) => {
    await expect(openOutside(new URL(url))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(machine.opened).toEqual([]);
  });

  it('is https, and what stays on this machine', async () => {
    await openOutside(new URL('https://login.example/authorize?state=1'));
    await openOutside(new URL('http://127.0.0.1:8080/authorize'));
    expect(machine.opened).toHaveLength(2);
  });

  it('goes to another program where the account names one', async () => {
    const chosen = new Browsers();
    const browser = new ShellBrowser(chosen);
    await browser.open(new URL('https://login.example/'), 'firefox -P work');
    expect([chosen.opened.length, machine.opened]).toEqual([1, []]);
    await browser.open(new URL('https://login.example/'), undefined);
    expect(machine.opened).toEqual(['https://login.example/']);
  });
});
