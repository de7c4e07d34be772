import { describe, expect, it } from 'vitest';
import {
  callerEnvironment,
  electronLaunchEnvironment,
  ignoredNote,
  launchEnvironment,
  programEnvironment,
  takeElectronEnvironment,
  takeEnvironment,
} from '../../../core/platform/start-environment.ts';

const caller = {
  PATH: '/usr/bin',
  LC_TIME: 'C',
  XDG_RUNTIME_DIR: '/run/user/1',
  KEYTRAY_SOCKET: '/s',
  https_proxy: 'http://proxy.example:3128',
  LISTEN_FDS: '1',
  NODE_OPTIONS: '--inspect',
  SSL_CERT_DIR: '/tmp',
  LD_LIBRARY_PATH: '/tmp',
  AWS_PROFILE: 'lab',
};

describe('the environment a Node of ours starts with', () => {
  it('has what is listed, and the rest under names that nothing reads', () => {
    expect(launchEnvironment(caller)).toEqual({
      PATH: '/usr/bin',
      LC_TIME: 'C',
      XDG_RUNTIME_DIR: '/run/user/1',
      KEYTRAY_SOCKET: '/s',
      https_proxy: 'http://proxy.example:3128',
      LISTEN_FDS: '1',
      KEYTRAY_CALLER_NODE_OPTIONS: '--inspect',
      KEYTRAY_CALLER_SSL_CERT_DIR: '/tmp',
      KEYTRAY_CALLER_LD_LIBRARY_PATH: '/tmp',
      KEYTRAY_CALLER_AWS_PROFILE: 'lab',
    });
  });

  it('gives the caller’s back, however often it is passed on', () => {
    const odd = { ...caller, KEYTRAY_CALLER_X: 'y', KEYTRAY_CALLER_PATH: '/tmp', KEYTRAY_CALLER_: '' };
    expect(callerEnvironment(launchEnvironment(odd))).toEqual(odd);
    expect(callerEnvironment(launchEnvironment(callerEnvironment(launchEnvironment(odd))))).toEqual(odd);
  });

  it('cannot be told another PATH or socket by a renamed one', () => {
    expect(callerEnvironment({ PATH: '/usr/bin', KEYTRAY_CALLER_PATH: '/tmp' })).toEqual({ PATH: '/usr/bin' });
    expect(callerEnvironment({ KEYTRAY_CALLER_KEYTRAY_SOCKET: '/tmp/s' })).toEqual({});
  });

  it('is cleared of the rest also where no launcher was before it', () => {
    const own: NodeJS.ProcessEnv = { PATH: '/usr/bin', SSL_CERT_FILE: '/tmp/ca', KEYTRAY_CALLER_NODE_PATH: '/tmp' };
    expect(takeEnvironment(own)).toEqual({ PATH: '/usr/bin', SSL_CERT_FILE: '/tmp/ca', NODE_PATH: '/tmp' });
    expect(own).toEqual({ PATH: '/usr/bin' });
  });
});

describe('the environment of Electron', () => {
  it('lacks what would change the broker in it, and keeps what its own libraries need', () => {
    const launched: NodeJS.ProcessEnv = electronLaunchEnvironment(caller);
    const { NODE_OPTIONS, SSL_CERT_DIR, LD_LIBRARY_PATH, ...rest } = caller;
    expect(launched).toEqual({
      ...rest,
      KEYTRAY_CALLER_NODE_OPTIONS: NODE_OPTIONS,
      KEYTRAY_CALLER_SSL_CERT_DIR: SSL_CERT_DIR,
      KEYTRAY_CALLER_LD_LIBRARY_PATH: LD_LIBRARY_PATH,
    });
    expect(takeElectronEnvironment(launched)).toEqual(caller);
    expect(launched).toEqual(rest);
  });

  it('keeps what an AppImage sets for its libraries', () => {
    const own: NodeJS.ProcessEnv = { ...caller };
    expect(takeElectronEnvironment(own)).toEqual(caller);
    expect(own).toMatchObject({ LD_LIBRARY_PATH: '/tmp', AWS_PROFILE: 'lab' });
    expect(Object.keys(own)).not.toContain('NODE_OPTIONS');
    expect(ignoredNote(caller, own)).toContain(': NODE_OPTIONS, SSL_CERT_DIR; ');
  });
});

describe('the environment of programs that Keytray starts by itself', () => {
  it('is the caller’s, but for what is meant for Keytray, Node and the loader', () => {
    const { PATH, LC_TIME, XDG_RUNTIME_DIR, https_proxy, LISTEN_FDS, SSL_CERT_DIR, AWS_PROFILE } = caller;
    const rest = { PATH, LC_TIME, XDG_RUNTIME_DIR, https_proxy, LISTEN_FDS, SSL_CERT_DIR, AWS_PROFILE };
    expect(programEnvironment(caller)).toEqual(rest);
  });
});

describe('the line about what was ignored', () => {
  it('names what would have changed the broker, and what to use in place of an authority', () => {
    expect(ignoredNote(caller)).toBe(
      'ignored from the environment: LD_LIBRARY_PATH, NODE_OPTIONS, SSL_CERT_DIR; to trust a certificate authority, set tls.ca for the account',
    );
    expect(ignoredNote({ NODE_PATH: '/tmp' })).toBe('ignored from the environment: NODE_PATH');
  });

  it('is not there where nothing was', () => {
    expect(ignoredNote({ PATH: '/usr/bin', AWS_PROFILE: 'lab', NODE: '/usr/bin/node' })).toBeUndefined();
  });
});
