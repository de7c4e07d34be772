import path from 'node:path';
import pino from 'pino';
import { KeytrayError, systemCodeOf } from '../errors.ts';
import type { LogFields, Logger } from '../ports.ts';
import { cleanFields, loggable } from './log-text.ts';
import { makeFolder } from './make-folder.ts';

/** A logger that appends to `file` (0600). Throws `KeytrayError` `misconfigured` where it cannot be written. */
export function openLog(file: string, level: string): Logger {
  let destination: pino.DestinationStream;
  try {
    makeFolder(path.dirname(file));
    destination = pino.destination({ dest: file, append: true, sync: true, mode: 0o600 });
  } catch (cause) {
    throw new KeytrayError('misconfigured', `${file} cannot be written (${systemCodeOf(cause)})`, {
      cause,
      advice: 'Set XDG_STATE_HOME to a folder of yours.',
    });
  }
  return logTo(destination, level);
}

/**
 * A logger of JSON lines. Fields are plain words and numbers by type, so a `Secret` does not compile; what is forced
 * past the type is left out, and words that look like a credential are masked.
 */
export function logTo(destination: pino.DestinationStream, level: string): Logger {
  const log = pino({ level, base: { pid: process.pid } }, destination);
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (log.isLevelEnabled(level)) log[level](cleanFields(fields ?? {}), loggable(message));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
