import { describe, expect, it } from 'vitest';
import { configFile, dropInFolders, type Machine, socketCandidates, stateFolder } from '../../../core/config/paths.ts';

const linux: Machine = { platform: 'linux', home: '/home/ada' };
const mac: Machine = { platform: 'darwin', home: '/Users/ada' };

describe('configFile', () => {
  it.each([
    [{}, linux, '/home/ada/.config/keytray/config.yaml'],
    [{ XDG_CONFIG_HOME: '/xdg' }, linux, '/xdg/keytray/config.yaml'],
    [{ XDG_CONFIG_HOME: '' }, linux, '/home/ada/.config/keytray/config.yaml'],
    [{ XDG_CONFIG_HOME: 'relative' }, linux, '/home/ada/.config/keytray/config.yaml'],
    [{ KEYTRAY_CONFIG: '/my/file.yaml', XDG_CONFIG_HOME: '/xdg' }, linux, '/my/file.yaml'],
    [{ KEYTRAY_CONFIG: '' }, linux, '/home/ada/.config/keytray/config.yaml'],
    [{}, mac, '/Users/ada/Library/Application Support/keytray/config.yaml'],
    [{ XDG_CONFIG_HOME: '/xdg' }, mac, '/xdg/keytray/config.yaml'],
  ])('%j gives %s', (env, machine, expected) => {
    expect(configFile(env, machine)).toBe(expected);
  });

  it('takes the home folder from HOME', () => {
    expect(stateFolder({ HOME: '/somewhere', XDG_STATE_HOME: 'no' })).toContain('/somewhere/');
  });
});

describe('dropInFolders', () => {
  it('lies beside the file in use, then in /etc', () => {
    expect(dropInFolders({ KEYTRAY_CONFIG: '/my/file.yaml' }, linux)).toEqual([
      '/my/config.d',
      '/etc/keytray/config.d',
    ]);
  });
});

describe('socketCandidates', () => {
  const stateSocket = '/home/ada/.local/state/keytray/run/keytray.sock';
  it.each([
    [{ KEYTRAY_SOCKET: '/s/k.sock', XDG_RUNTIME_DIR: '/run/user/5' }, ['/s/k.sock']],
    [{}, ['/run/user/5/keytray/keytray.sock', stateSocket]],
    [{ XDG_RUNTIME_DIR: '/run/user/5' }, ['/run/user/5/keytray/keytray.sock', stateSocket]],
    [{ XDG_RUNTIME_DIR: '/rt' }, ['/rt/keytray/keytray.sock', '/run/user/5/keytray/keytray.sock', stateSocket]],
    [{ XDG_RUNTIME_DIR: 'rt' }, ['/run/user/5/keytray/keytray.sock', stateSocket]],
    [{ XDG_STATE_HOME: '/state' }, ['/run/user/5/keytray/keytray.sock', '/state/keytray/run/keytray.sock']],
  ])('%j gives %j', (env, expected) => {
    expect(socketCandidates(env, 5, linux)).toEqual(expected);
  });
});
