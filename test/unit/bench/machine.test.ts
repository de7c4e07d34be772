import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCoreList } from '../../bench/cores.ts';
import { missingPeers } from '../../bench/peers.ts';
import { parsePss } from '../../bench/process-memory.ts';

describe('the cores of a process', () => {
  it.each([
    ['0', [0]],
    ['0-1', [0, 1]],
    ['0,2-4,9', [0, 2, 3, 4, 9]],
  ])('%s', (text, expected) => {
    expect(parseCoreList(text)).toEqual(expected);
  });
});

describe('memory', () => {
  it('is the Pss line in bytes, or that of its anonymous part', () => {
    const text = 'Rss:               5000 kB\nPss:               1234 kB\nPss_Anon:           999 kB\n';
    expect(parsePss(text)).toBe(1234 * 1024);
    expect(parsePss(text, 'Pss_Anon')).toBe(999 * 1024);
  });

  it('is an error where the kernel does not say', () => {
    expect(() => parsePss('Rss: 1 kB\n')).toThrow('Pss');
  });
});

describe('peers', () => {
  it('are named with their package unless they can be run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytray-peers-'));
    try {
      await writeFile(join(folder, 'oidc-token'), '');
      await writeFile(join(folder, 'gcc'), '');
      await chmod(join(folder, 'gcc'), 0o755);
      const missing = missingPeers(`:${folder}`);
      expect(missing).toContain('oidc-token is missing (Debian package oidc-agent-cli)');
      expect(missing).toContain('git-credential-oauth is missing (Debian package git-credential-oauth)');
      expect(missing.filter((line) => line.startsWith('gcc '))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
