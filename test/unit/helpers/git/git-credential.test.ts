import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatGitCredential,
  longestLine,
  longestRequest,
  parseGitCredential,
  readRequest,
} from '../../../../core/helpers/git/git-credential.ts';
import { chunks, neverClosed } from '../../../support/helper-call.ts';

const bytes = (text: string) => Buffer.from(text);

function parsed(text: string) {
  const result = parseGitCredential(bytes(text));
  if (result.kind === 'malformed') throw new Error(result.reason);
  return { single: Object.fromEntries(result.credential.single), lists: Object.fromEntries(result.credential.lists) };
}

describe('parsing', () => {
  it('reads what git 2.55 sends to a helper for a Bearer server', () => {
    const text =
      'capability[]=authtype\ncapability[]=state\nprotocol=http\nhost=127.0.0.1:18082\n' +
      'wwwauth[]=Bearer realm="lab", error="invalid_token"\n';
    expect(parsed(text)).toEqual({
      single: { protocol: 'http', host: '127.0.0.1:18082' },
      lists: {
        'capability[]': ['authtype', 'state'],
        'wwwauth[]': ['Bearer realm="lab", error="invalid_token"'],
      },
    });
  });

  it.each([
    ['ends at a blank line', 'host=a\n\nhost=b\n', { host: 'a' }],
    ['needs no newline at the end', 'protocol=https\nhost=a', { protocol: 'https', host: 'a' }],
    ['lets the later value win', 'host=a\nhost=b\n', { host: 'b' }],
    ['splits at the first "="', 'password=a=b==\n', { password: 'a=b==' }],
    ['keeps an empty value', 'username=\n', { username: '' }],
    ['keeps keys it does not know', 'novelty=1\n', { novelty: '1' }],
    ['keeps spaces and tabs', 'username= a\tb \n', { username: ' a\tb ' }],
    ['reads nothing from nothing', '', {}],
  ])('%s', (_, text, single) => {
    expect(parsed(text).single).toEqual(single);
  });

  it('forgets a list at an empty value, as git does', () => {
    expect(parsed('wwwauth[]=Basic\nwwwauth[]=\nwwwauth[]=Bearer\n').lists).toEqual({ 'wwwauth[]': ['Bearer'] });
  });

  it.each([
    ['a carriage return that a line reader would split at', 'host=a.example\rhost=evil.example\n'],
    ['a carriage return at the end of a line', 'protocol=https\r\nhost=a.example\r\n'],
    ['NUL', 'host=a.example\0.evil.example\n'],
    ['a line without "="', 'protocol=https\nhost\n'],
    ['a line longer than 65535 bytes', `host=a\npassword=${'x'.repeat(longestLine)}\n`],
  ])('refuses %s', (_, text) => {
    expect(parseGitCredential(bytes(text)).kind).toBe('malformed');
  });

  it('takes a line of exactly 65535 bytes with its newline, and none of 65536', () => {
    const value = 'x'.repeat(longestLine - 'password=\n'.length);
    expect(parsed(`password=${value}\n`).single).toEqual({ password: value });
    expect(parseGitCredential(bytes(`password=${value}x\n`)).kind).toBe('malformed');
  });

  it('counts bytes, not characters', () => {
    const value = 'é'.repeat(40_000);
    expect(parseGitCredential(bytes(`password=${value}\n`)).kind).toBe('malformed');
  });

  it('does not fail on any input, and never lets a value hold a line end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (input) => {
        const result = parseGitCredential(input);
        if (result.kind === 'malformed') return;
        const { single, lists } = result.credential;
        for (const value of [...single.values(), ...[...lists.values()].flat()]) expect(value).not.toMatch(/[\r\n\0]/);
      }),
    );
  });

  it('reads back what was formatted', () => {
    const key = fc.stringMatching(/^[a-z_]{1,12}$/);
    const value = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), (pairs) => {
        const answer = formatGitCredential(pairs);
        const isSafe = pairs.every(([, text]) => !/[\r\n\0]/.test(text));
        expect(answer.kind).toBe(isSafe ? 'answer' : 'unsafe');
        if (answer.kind === 'answer') expect(parsed(answer.text).single).toEqual(Object.fromEntries(pairs));
      }),
    );
  });
});

describe('formatting', () => {
  it.each(['\n', '\r', '\0'])('names the key whose value holds %j', (end) => {
    expect(formatGitCredential([['password', `a${end}quit=1`]])).toEqual({ kind: 'unsafe', key: 'password' });
  });

  it('carries a 60 KiB token and refuses one that makes the line too long', () => {
    expect(formatGitCredential([['password', 'x'.repeat(60 * 1024)]]).kind).toBe('answer');
    expect(formatGitCredential([['password', 'x'.repeat(longestLine)]])).toEqual({ kind: 'unsafe', key: 'password' });
  });
});

describe('reading', () => {
  async function read(input: AsyncIterable<Uint8Array>): Promise<string> {
    const result = await readRequest(input);
    return result.kind === 'complete' ? Buffer.from(result.bytes).toString() : result.kind;
  }

  it('reads to the end of input', async () => {
    expect(await read(chunks('protocol=ht', 'tps\nhost=a\n'))).toBe('protocol=https\nhost=a\n');
  });

  it.each([
    ['in one chunk', ['host=a\n\nmore']],
    ['between two chunks', ['host=a\n', '\nmore']],
    ['byte by byte', [...'host=a\n\nmore']],
    ['after an empty chunk', ['host=a\n', '', '\n']],
  ])('ends at a blank line %s, though stdin stays open', async (_, parts) => {
    expect(await read(neverClosed(...parts))).toBe('host=a\n\n');
  });

  it('ends at a blank line that comes first', async () => {
    expect(await read(neverClosed('\n'))).toBe('\n');
  });

  it('stops reading a request that does not end', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 65_536;
        yield Buffer.alloc(65_536, 'x');
      }
    }
    expect(await read(endless())).toBe('malformed');
    expect(given).toBeLessThanOrEqual(longestRequest + 65_536);
  });
});
