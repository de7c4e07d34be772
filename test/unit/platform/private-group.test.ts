import { describe, expect, it } from 'vitest';
import { isPrivateGroup } from '../../../core/platform/private-group.ts';

const passwd =
  'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nben:x:1001:1002::/home/ben:/bin/sh\n';
const group = 'root:x:0:\nann:x:1000:\nben:x:1002:\nusers:x:100:\nstaff:x:50:ann\n';

describe('isPrivateGroup', () => {
  it('knows a group of its user’s number or name with nobody else in it', () => {
    expect(isPrivateGroup(1000, 1000, { passwd, group })).toBe(true);
    expect(isPrivateGroup(1002, 1001, { passwd, group })).toBe(true);
    expect(isPrivateGroup(1000, 1000, { passwd, group: group.replace('ann:x:1000:', 'ann:x:1000:ann,root') })).toBe(
      true,
    );
  });

  it('takes no group of another name and number, however few are in it', () => {
    expect(isPrivateGroup(100, 1000, { passwd, group })).toBe(false);
    expect(isPrivateGroup(50, 1000, { passwd, group })).toBe(false);
    expect(isPrivateGroup(1002, 1000, { passwd, group })).toBe(false);
  });

  it('takes no group that another user was added to', () => {
    expect(isPrivateGroup(1000, 1000, { passwd, group: group.replace('ann:x:1000:', 'ann:x:1000:ben') })).toBe(false);
    expect(isPrivateGroup(1002, 1001, { passwd, group: group.replace('ben:x:1002:', 'ben:x:1002:ben,ann') })).toBe(
      false,
    );
  });

  it('takes no group that is the first of another user', () => {
    const joined = `${passwd}eve:x:1005:1000::/home/eve:/bin/sh\n`;
    expect(isPrivateGroup(1000, 1000, { passwd: joined, group })).toBe(false);
  });

  it('goes by the number where users come from a directory', () => {
    expect(isPrivateGroup(4242, 4242, { passwd, group })).toBe(true);
    expect(isPrivateGroup(4243, 4242, { passwd, group })).toBe(false);
    expect(isPrivateGroup(4242, 4242, { passwd: undefined, group: undefined })).toBe(true);
  });
});
