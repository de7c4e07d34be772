import { describe, expect, it } from 'vitest';
import { judgeHead, judgePeer } from '../../../../core/local-api/server/guards.ts';

const peer = (uid: number) => ({ uid, pid: 1, executable: undefined, startTime: undefined, parents: [] });
const head = (rawHeaders: readonly string[], target = '/v1/status', version = '1.1') =>
  judgeHead({ target, version, rawHeaders });

describe('judgePeer', () => {
  it('serves the same uid, also where both are root', () => {
    expect(judgePeer(peer(1000), 1000)).toBeUndefined();
    expect(judgePeer(peer(0), 0)).toBeUndefined();
  });

  it('refuses another uid, and a caller the kernel does not name', () => {
    expect(judgePeer(peer(1001), 1000)?.code).toBe('access_denied');
    expect(judgePeer(peer(1000), 0)?.code).toBe('access_denied');
    expect(judgePeer(undefined, 1000)?.code).toBe('access_denied');
  });

  it('tells root, who is somebody under sudo, what to do', () => {
    expect(judgePeer(peer(0), 1000)?.message).toContain('sudo');
  });
});

describe('judgeHead', () => {
  it('serves HTTP/1 and nothing that is older or newer', () => {
    const version = (text: string) => head(['Host', 'keytray'], '/v1/status', text)?.code;
    expect(['1.0', '1.1'].map(version)).toEqual([undefined, undefined]);
    expect(['0.9', '2.0', '1.11', ''].map(version)).toEqual(Array(4).fill('invalid_request'));
  });

  it.each(['keytray', 'localhost', 'KeyTray'])('serves Host %s', (host) => {
    expect(head(['Host', host])).toBeUndefined();
  });

  it.each(['evil.example', 'keytray.evil.example', 'localhost:80', '127.0.0.1', '', 'keytray, evil.example'])(
    'refuses Host %j',
    (host) => {
      expect(head(['host', host])?.code).toBe('access_denied');
    },
  );

  it('refuses no Host, and two', () => {
    expect(head([])?.code).toBe('access_denied');
    expect(head(['Host', 'keytray', 'host', 'keytray'])?.code).toBe('invalid_request');
  });

  it.each(['Origin', 'origin', 'Referer', 'REFERER'])('refuses %s, whatever it says', (name) => {
    expect(head(['Host', 'keytray', name, 'http://keytray'])?.code).toBe('access_denied');
    expect(head([name, '', 'Host', 'keytray'])?.code).toBe('access_denied');
  });

  it('refuses a target that is no path', () => {
    expect(head(['Host', 'keytray'], 'http://keytray/v1/status')?.code).toBe('invalid_request');
    expect(head(['Host', 'keytray'], '*')?.code).toBe('invalid_request');
  });
});
