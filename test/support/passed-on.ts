import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { callerEnvironment, callerPrefix } from '../../core/platform/start-environment.ts';

const run = promisify(execFile);

/** What would change our Node, and values that a launcher could trip over. */
const kept = {
  NODE_OPTIONS: '--require "/tmp/it\'s evil.cjs"',
  NODE_EXTRA_CA_CERTS: '/tmp/evil.pem',
  LD_PRELOAD: '',
  SSL_CERT_FILE: '/tmp/$(evil)`evil`"\\',
  OPENSSL_CONF: '/tmp/evil.cnf',
  NODE_PATH: '/tmp/evil',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  AWS_CONFIG_FILE: '/tmp/first\nexport SECOND=made up\nPATH=/tmp',
  [`${callerPrefix}ODD`]: 'x',
  line: '1',
  fd: '2',
  folder: '3',
};

/** Writes a stand-in for Node that tells its environment. */
export async function writeTellingNode(file: string): Promise<void> {
  await writeFile(file, '#!/bin/sh\nexec env -0\n', { mode: 0o755 });
}

/** Whether Node is started without what could change it, and yet can find all that the caller had. */
export async function expectPassedOn(keytray: string, args: readonly string[]): Promise<void> {
  const caller = {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    KEYTRAY_SOCKET: '/nonexistent/s',
    LC_TIME: 'C',
    ...kept,
  };
  const { stdout } = await run(keytray, args, { cwd: '/', env: caller });
  const entries = stdout.split('\0').filter((entry) => entry !== '');
  const seen = Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
  // Of the shell that stands in for Node.
  const foreign = Object.keys(seen).filter((name) => !/^(PATH|HOME|LC_TIME|KEYTRAY_\w+|PWD|SHLVL|_)$/.test(name));
  expect([args, foreign]).toEqual([args, []]);
  expect(callerEnvironment(seen)).toMatchObject(caller);
  expect(Object.keys(seen).filter((name) => name.endsWith('SECOND'))).toEqual([]);
}
