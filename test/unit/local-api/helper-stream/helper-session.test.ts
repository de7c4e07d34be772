import { describe, expect, it } from 'vitest';
import { createHelperSession } from '../../../../core/local-api/helper-stream/helper-session.ts';
import { sizes } from '../../../../core/local-api/server/limits.ts';
import { FrameError } from '../../../../core/wire/frames.ts';

const frame = (type: string, content: string | Uint8Array = '') => ({
  type,
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
});
const started = () => {
  const advance = createHelperSession();
  advance(frame('C', '/'));
  return advance;
};

describe('createHelperSession', () => {
  it('gathers arguments, variables and folder, then lets stdin through to its end', () => {
    const advance = createHelperSession();
    expect(advance(frame('A', '--debug'))).toEqual({ kind: 'more' });
    expect(advance(frame('A', 'get'))).toEqual({ kind: 'more' });
    expect(advance(frame('E', 'GIT_DIR=/src/a=b'))).toEqual({ kind: 'more' });
    const step = advance(frame('C', '/src'));
    expect(step.kind).toBe('start');
    if (step.kind !== 'start') return;
    expect(step.preamble.argv).toEqual(['--debug', 'get']);
    expect({ ...step.preamble.env }).toEqual({ GIT_DIR: '/src/a=b' });
    expect(step.preamble.cwd).toBe('/src');
    expect(advance(frame('I', 'protocol=https\n'))).toEqual({ kind: 'stdin', bytes: Buffer.from('protocol=https\n') });
    expect(advance(frame('Z'))).toEqual({ kind: 'stdin_ended' });
  });

  it('keeps empty arguments, empty values and values with line breaks', () => {
    const advance = createHelperSession();
    advance(frame('A', ''));
    advance(frame('E', 'EMPTY='));
    advance(frame('E', 'LINES=a\nb'));
    const step = advance(frame('C', '/'));
    if (step.kind !== 'start') throw new Error(step.kind);
    expect(step.preamble.argv).toEqual(['']);
    expect({ ...step.preamble.env }).toEqual({ EMPTY: '', LINES: 'a\nb' });
  });

  it('takes a variable called __proto__ for a variable', () => {
    const advance = createHelperSession();
    advance(frame('E', '__proto__=x'));
    const step = advance(frame('C', '/'));
    if (step.kind !== 'start') throw new Error(step.kind);
    expect(Object.keys(step.preamble.env)).toEqual(['__proto__']);
    expect('toString' in step.preamble.env).toBe(false);
  });

  it.each([
    ['stdin before the folder', createHelperSession, frame('I', 'x')],
    ['the end of stdin before the folder', createHelperSession, frame('Z')],
    ['an argument after the folder', started, frame('A', 'get')],
    ['a variable after the folder', started, frame('E', 'A=b')],
    ['a second folder', started, frame('C', '/')],
    ['an end of stdin with content', started, frame('Z', 'x')],
    ['a variable without =', createHelperSession, frame('E', 'NAME')],
    ['a variable without a name', createHelperSession, frame('E', '=x')],
    ['a NUL in an argument', createHelperSession, frame('A', 'a\0b')],
    ['a NUL in a variable', createHelperSession, frame('E', 'A=\0')],
    ['a NUL in the folder', createHelperSession, frame('C', '/\0')],
  ])('refuses %s', (_name, session, wrong) => {
    expect(() => session()(wrong)).toThrow(FrameError);
  });

  it('refuses anything after the end of stdin', () => {
    const advance = started();
    advance(frame('Z'));
    expect(() => advance(frame('I', 'x'))).toThrow(FrameError);
    expect(() => advance(frame('Z'))).toThrow(FrameError);
  });

  it('bounds the preamble, and counts headers, so that empty frames end too', () => {
    const advance = createHelperSession();
    const fits = Math.floor(sizes.preamble / 5);
    for (let count = 0; count < fits; count += 1) advance(frame('A'));
    expect(() => advance(frame('A'))).toThrow(FrameError);
  });

  it('takes a variable as long as Linux gives one to a program, and bounds all of them', () => {
    const advance = createHelperSession();
    advance(frame('E', `KUBERNETES_EXEC_INFO=${'x'.repeat(128 * 1024 - 30)}`));
    expect(() => advance(frame('E', `A=${'x'.repeat(40 * 1024)}`))).toThrow(FrameError);
  });

  it('takes stdin of the largest length and not one byte more', () => {
    const advance = started();
    const chunk = new Uint8Array(64 * 1024);
    for (let length = 0; length < sizes.stdin; length += chunk.length) advance(frame('I', chunk));
    expect(() => advance(frame('I', 'x'))).toThrow(FrameError);
  });
});
