import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealTime, realTime } from './real-time.ts';
import { repositoryRoot, sourceFiles } from './source-files.ts';

interface Allowed {
  readonly uses: Readonly<Record<string, number>>;
  readonly why: string;
}

/**
 * Every place in core that uses real time beside the clock port, and why it has to. A new one is added here on
 * purpose: it cannot be tested without waiting, and it goes on while the simulated clock stands still.
 */
const allowed: Readonly<Record<string, Allowed>> = {
  'core/platform/system-clock.ts': {
    uses: { 'Date.now': 1, 'performance.now': 1, setTimeout: 1 },
    why: 'is the clock port',
  },
  'core/oauth/reply.ts': {
    uses: { 'Date.now': 1 },
    why: 'measures the skew by which openid-client corrects its own Date.now()',
  },
  'core/http/server-connection.ts': {
    uses: { '.setTimeout': 3 },
    why: 'limits the silence of a real socket, which Node resets with every byte; the whole exchange is on the clock',
  },
  'core/endpoints/account-server.ts': {
    uses: { '.setTimeout': 1 },
    why: 'ends the deadline of connecting: a database session may be silent',
  },
  'core/endpoints/postgres/secured-server.ts': {
    uses: { '.setTimeout': 2 },
    why: 'limits the silence of a real server until the connection is secured',
  },
  'core/endpoints/postgres/cancel-keys.ts': {
    uses: { '.setTimeout': 1 },
    why: 'limits the silence of a real server that was told to cancel',
  },
  'core/endpoints/http-proxy/upstream.ts': {
    uses: { '.setTimeout': 3 },
    why: 'limits the silence of a real server',
  },
  'core/helpers/bazel/bazel.ts': {
    uses: { 'Date.now': 1 },
    why: 'writes an expiry that bazel compares with real time',
  },
  'core/helpers/git/git.ts': { uses: { 'Date.now': 1 }, why: 'writes an expiry that git compares with real time' },
  'core/helpers/google/google.ts': {
    uses: { 'Date.now': 1 },
    why: 'writes an expiry that Google clients compare with real time',
  },
  'core/helpers/kubernetes/kubernetes.ts': {
    uses: { 'Date.now': 1 },
    why: 'writes an expiry that kubectl compares with real time',
  },
  'core/refresh/attempt-notes.ts': {
    uses: { 'Date.now': 1 },
    why: 'dates a note for people; nothing is decided by it',
  },
  'core/config/edit-lock.ts': {
    uses: { 'Date.now': 1, 'node:timers/promises': 1 },
    why: 'waits for another process, and judges a lock it left by the time of its file; the CLI has no clock port',
  },
  'core/config/watch-config.ts': {
    uses: { setTimeout: 1, setInterval: 1 },
    why: 'lets real files settle that an editor is writing; decides nothing about tokens',
  },
  'core/setup/engine/locked-file.ts': {
    uses: { 'node:timers/promises': 1 },
    why: 'waits for the lock of another program; the CLI has no clock port',
  },
  'core/host/rehearsal.ts': {
    uses: { setTimeout: 1 },
    why: 'gives memory back after the allocator has really come to rest',
  },
  'core/platform/system-browser.ts': { uses: { setTimeout: 1 }, why: 'waits for a real process that may never end' },
  'core/local-api/helper-stream/byte-queue.ts': { uses: { setTimeout: 1 }, why: 'limits the silence of a real client' },
  'core/local-api/client/requests.ts': {
    uses: { '.setTimeout': 1 },
    why: 'limits the silence of the broker; the CLI has no clock port',
  },
  'core/local-api/client/connection.ts': {
    uses: { 'performance.now': 2, setTimeout: 1 },
    why: 'waits for a place in the queue of a real socket; the client has no clock port',
  },
  'core/local-api/server/connection-table.ts': {
    uses: { 'performance.now': 1, setInterval: 1 },
    why: 'ends real connections that stall',
  },
  'core/local-api/server/event-response.ts': {
    uses: { setInterval: 1 },
    why: 'keeps a real connection from looking dead',
  },
  'core/local-api/server/first-bytes.ts': { uses: { '.setTimeout': 2 }, why: 'limits the silence of a real client' },
  'core/local-api/helper-stream/helper-upgrade.ts': {
    uses: { setTimeout: 1, setInterval: 1 },
    why: 'limits the silence of a real client, and keeps its connection from looking dead',
  },
  'core/concurrency/rarely.ts': { uses: { 'performance.now': 1 }, why: 'spares the log; a test brings its own time' },
  'core/local-api/server/server.ts': {
    uses: { 'performance.now': 2, setTimeout: 1 },
    why: 'gives real connections a moment to end when the process does',
  },
  'core/local-api/socket/linger.ts': { uses: { setTimeout: 1 }, why: 'ends a real connection that lingers' },
};

describe('real time in core', () => {
  it('is used only where a reason is given, and every reason is needed', () => {
    const files = sourceFiles(repositoryRoot).filter((file) => file.startsWith('core/'));
    expect(files.length).toBeGreaterThan(100);
    const expected = Object.fromEntries(Object.entries(allowed).map(([file, { uses }]) => [file, uses]));
    expect(Object.fromEntries(realTime(files, repositoryRoot))).toEqual(expected);
  });
});

describe('in planted code', () => {
  let root: string;
  let found: RealTime;
  const bad: Readonly<Record<string, string>> = {
    'a limit': 'fetch(url, { signal: AbortSignal.timeout(30_000) });',
    'a timer': 'setTimeout(run, 10);',
    'a timer of the global object': 'globalThis.setTimeout(run, 10);',
    'a repeated timer': 'setInterval(run, 10);',
    'the timer of a socket': 'socket.setTimeout(10);',
    'a sleep': "import { setTimeout as sleep } from 'node:timers/promises';",
    'the wall clock': 'const age = Date.now() - then;',
    'the wall clock handed on': 'create({ now: Date.now });',
    'the wall clock of the global object': 'globalThis.Date.now();',
    'the wall clock by name': "Date['now']();",
    'the wall clock taken apart': 'const { now } = Date;',
    'the present day': 'const today = new Date();',
    'the present day as text': 'const today = Date();',
    'the monotonic clock': 'performance.now();',
    'the monotonic clock of the process': 'process.hrtime.bigint();',
  };
  const good = [
    'const at = new Date(milliseconds);',
    'const parsed = Date.parse(text);',
    'clock.after(10, run);',
    'clock.now();',
    'const { now } = clock;',
    '// setTimeout(run, 10) and Date.now() in words',
    "const words = 'setTimeout(run, 10)';",
    'AbortSignal.any([one, other]);',
    'clearTimeout(timer);',
  ];
  const fileOf = (what: string): string => `core/${what.replaceAll(' ', '-')}.ts`;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'keytray-real-time-'));
    mkdirSync(join(root, 'core'));
    for (const [what, code] of Object.entries(bad)) writeFileSync(join(root, fileOf(what)), code);
    writeFileSync(join(root, 'core/good.ts'), good.join('\n'));
    found = realTime([...Object.keys(bad).map(fileOf), 'core/good.ts'], root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(Object.keys(bad))('%s is found', (what) => {
    expect(Object.values(found.get(fileOf(what)) ?? {})).toEqual([1]);
  });

  it('what uses the clock port is not found', () => {
    expect(found.get('core/good.ts')).toBeUndefined();
  });
});
