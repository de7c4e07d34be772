import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionBusAddress } from '../../../../core/platform/dbus/session-bus.ts';
import { keyringEnvironment } from '../../../../core/stores/keychain/child-environment.ts';

describe('environment of the keychain child', () => {
  it('holds what the keyring needs and nothing else', () => {
    const env = keyringEnvironment({
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
      HOME: '/home/ada',
      GITHUB_TOKEN: 'secret',
      NODE_OPTIONS: '--inspect',
      LD_PRELOAD: '/tmp/x.so',
    });
    expect(Object.keys(env).sort()).toEqual(['DBUS_SESSION_BUS_ADDRESS', 'HOME', 'LANG', 'LC_ALL']);
  });

  it('is in English whatever the person speaks', () => {
    expect(keyringEnvironment({ LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' })).toMatchObject({
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
    });
  });
});

describe('session bus', () => {
  it('is found in the runtime folder where the environment does not name it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytray-bus-'));
    try {
      expect(sessionBusAddress({ XDG_RUNTIME_DIR: folder })).toBeUndefined();
      await writeFile(join(folder, 'bus'), '');
      expect(sessionBusAddress({ XDG_RUNTIME_DIR: folder })).toBe(`unix:path=${folder}/bus`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
