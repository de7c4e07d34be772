import { mkdirSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import type { Logger } from './ports.ts';

/**
 * A logger that appends JSON lines to `file` (0600). Fields are plain words and numbers by type, so a `Secret`
 * does not compile and prints as `[secret]` if it comes in through an error.
 */
export function openLog(file: string, level: string): Logger {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const destination = pino.destination({ dest: file, append: true, sync: true, mode: 0o600 });
  const log = pino({ level, base: { pid: process.pid } }, destination);
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}
