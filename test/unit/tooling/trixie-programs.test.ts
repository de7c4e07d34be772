import { describe, expect, it } from 'vitest';
import { newEnough, trixiePrograms } from '../../../build/trixie-programs.ts';

describe('the version a program prints', () => {
  it.each([
    ['git', 'git version 2.47.3', '2.47.3'],
    ['git', 'git version 2.46.0', '2.46.0'],
    ['git', 'git version 2.39.5', undefined],
    ['go', 'go version go1.24.4 linux/amd64', '1.24.4'],
    ['go', 'go version go1.19.8 linux/amd64', undefined],
    ['go', 'go version go2.0 linux/amd64', '2.0'],
    ['kubectl', 'Client Version: v1.32.3\nKustomize Version: v5.6.0', '1.32.3'],
    ['kubectl', 'Client Version: v1.20.2', undefined],
    ['docker', 'Docker version 26.1.5+dfsg1, build a72d7cd', '26.1.5+dfsg1'],
    ['skopeo', '', undefined],
    ['skopeo', 'no such file', undefined],
  ] as const)('of %s %j', (name, printed, version) => {
    expect(newEnough(trixiePrograms[name], printed)).toBe(version);
  });
});
