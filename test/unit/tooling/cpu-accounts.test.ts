import { describe, expect, it } from 'vitest';
import { groupName, groupOf, secondsOfGroup, secondsOfReaped } from '../../support/cpu-accounts.ts';

const mounts = [
  'proc /proc proc rw 0 0',
  'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0',
  'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
].join('\n');

describe('the accounts of CPU time', () => {
  it('reads what a cgroup used', () => {
    expect(secondsOfGroup('usage_usec 773213\nuser_usec 761497\nsystem_usec 11715\n')).toBe(0.773213);
    expect(() => secondsOfGroup('')).toThrow('usage_usec');
  });

  it('reads what the children of a process used, whatever it is called', () => {
    const after = 'S 1 2 3 0 -1 4194560 1 2 3 4 111 222 1234 66 20 0 1 0 5';
    expect(secondsOfReaped(`7 (node) ${after}`)).toBe(13);
    expect(secondsOfReaped(`7 (a) (b c) ${after}`)).toBe(13);
  });

  it('finds the cgroup of a process', () => {
    expect(groupOf('4:memory:/x\n0::/\n', mounts)).toBe('/sys/fs/cgroup/unified');
    expect(groupOf('0::/user.slice/a.scope\n', 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0')).toBe(
      '/sys/fs/cgroup/user.slice/a.scope',
    );
    expect(groupOf('4:memory:/x\n', mounts)).toBeUndefined();
    expect(groupOf('0::/\n', 'proc /proc proc rw 0 0')).toBeUndefined();
  });

  it('gives each file a cgroup of its own', () => {
    expect(groupName('test/unit/a.test.ts')).toBe('test!unit!a.test.ts');
    expect(groupName('test/unit/a.test.ts')).not.toBe(groupName('test/e2e/a.test.ts'));
  });
});
