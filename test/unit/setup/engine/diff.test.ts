import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../../core/setup/engine/diff.ts';
import { maskFor } from '../../../../core/setup/engine/masked-line.ts';

const asIs = (line: string): string => line;

describe('unifiedDiff', () => {
  it.each([
    ['a\nb\nc\n', 'a\nB\nc\n', '@@ -2 +2 @@\n-b\n+B\n'],
    ['a\nb\nc\nd\n', 'x\na\nb\nd\ne\n', '@@ -0,0 +1 @@\n+x\n@@ -3 +3,0 @@\n-c\n@@ -4,0 +5 @@\n+e\n'],
    ['a\nb', 'a\nb\nc\n', '@@ -2,0 +3 @@\n+c\n'],
    ['', 'a\n', '@@ -0,0 +1 @@\n+a\n'],
  ])('of %j and %j', (before, after, hunks) => {
    expect(unifiedDiff('/f', before, after, asIs)).toBe(`--- /f\n+++ /f\n${hunks}`);
  });

  it('names no file where there is none, and is empty where nothing differs', () => {
    expect(unifiedDiff('/f', undefined, 'a\n', asIs)).toMatch(/^--- \/dev\/null\n\+\+\+ \/f\n/);
    expect(unifiedDiff('/f', 'a\n', undefined, asIs)).toMatch(/^--- \/f\n\+\+\+ \/dev\/null\n/);
    expect(unifiedDiff('/f', 'a\n', 'a\n', asIs)).toBe('');
  });

  it('shows a long middle as replaced rather than compare it line by line', () => {
    const many = (word: string) => Array.from({ length: 3000 }, (_, index) => `${word}${index}\n`).join('');
    expect(unifiedDiff('/f', many('a'), many('b'), asIs).match(/^@@/gm)).toHaveLength(1);
  });
});

it.each([
  ['{"auths":{"a":{"auth":"aHVudGVyMg=="}},"x":"y"}', '{"auths":{"…":{"auth":…}},"…":"…"}'],
  ['{"HttpHeaders":{"X-Key":"hunter2"}}', '{"HttpHeaders":{"…":"…"}}'],
  ['//a/:_authToken=hunter2', '…'],
  ['    token: hunter2', '    token: …'],
  ['client-key-data: hunter2', '…'],
  ['    aHVudGVyMg==', '    …'],
  ['index-url = https://ada:hunter2@pypi.example/simple', 'index-url = https:…'],
  ['aws_secret_access_key=hunter2', '…'],
  ['credential_process = /usr/bin/sts --client-secret hunter2', 'credential_process = …'],
  ['- --client-secret=hunter2', '- …'],
  ['# the password is hunter2', '# …'],
  ['GOAUTH=/opt/bin/keytray helper go get', 'GOAUTH=/opt/bin/keytray helper go get'],
  ['--role=arn:aws:iam::1234:role/deploy', '--role=arn:aws:iam::1234:role/deploy'],
  ['\t"gitlab.example": "keytray"', '\t"gitlab.example": "keytray"'],
  ['[credential "https://ada:hunter2@gitlab.example"]', '[credential "https:…"]'],
])('%s is shown as %s', (line, shown) => {
  expect(maskFor(['/opt/bin', 'gitlab.example', 'arn:aws:iam::1234:role/deploy'])(line)).toBe(shown);
});
