import { describe, expect, it } from 'vitest';
import { unifiedDiff, withoutSecrets } from '../../../core/setup/diff.ts';

describe('unifiedDiff', () => {
  it.each([
    ['a\nb\nc\n', 'a\nB\nc\n', '@@ -2 +2 @@\n-b\n+B\n'],
    ['a\nb\nc\nd\n', 'x\na\nb\nd\ne\n', '@@ -0,0 +1 @@\n+x\n@@ -3 +3,0 @@\n-c\n@@ -4,0 +5 @@\n+e\n'],
    ['a\nb', 'a\nb\nc\n', '@@ -2,0 +3 @@\n+c\n'],
    ['', 'a\n', '@@ -0,0 +1 @@\n+a\n'],
  ])('of %j and %j', (before, after, hunks) => {
    expect(unifiedDiff('/f', before, after)).toBe(`--- /f\n+++ /f\n${hunks}`);
  });

  it('names no file where there is none, and is empty where nothing differs', () => {
    expect(unifiedDiff('/f', undefined, 'a\n')).toMatch(/^--- \/dev\/null\n\+\+\+ \/f\n/);
    expect(unifiedDiff('/f', 'a\n', undefined)).toMatch(/^--- \/f\n\+\+\+ \/dev\/null\n/);
    expect(unifiedDiff('/f', 'a\n', 'a\n')).toBe('');
  });

  it('shows a long middle as replaced rather than compare it line by line', () => {
    const many = (word: string) => Array.from({ length: 3000 }, (_, index) => `${word}${index}\n`).join('');
    expect(unifiedDiff('/f', many('a'), many('b')).match(/^@@/gm)).toHaveLength(1);
  });
});

it.each([
  ['{"auths":{"a":{"auth":"aHVudGVyMg=="}},"x":"y"}', '{"auths":{"a":{"auth":…}},"x":"y"}'],
  ['//a/:_authToken=hunter2', '//a/:_authToken=…'],
  ['    token: hunter2', '    token: …'],
  ['client-key-data: hunter2', 'client-key-data: …'],
  ['index-url = https://ada:hunter2@pypi.example/simple', 'index-url = https://ada:…@pypi.example/simple'],
  ['aws_secret_access_key=hunter2', 'aws_secret_access_key=…'],
  ['GOAUTH=/opt/keytray helper go get', 'GOAUTH=/opt/keytray helper go get'],
  ['//a/:tokenHelper=/opt/npm-token-keytray', '//a/:tokenHelper=/opt/npm-token-keytray'],
  ['credential-provider = ["/opt/x"]', 'credential-provider = ["/opt/x"]'],
])('%s is shown as %s', (line, shown) => {
  expect(withoutSecrets(line)).toBe(shown);
});
