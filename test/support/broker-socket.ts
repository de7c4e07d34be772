import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalApi, type LocalApiOptions, startLocalApi } from '../../core/local-api/server/server.ts';
import type { LogFields, Logger } from '../../core/ports.ts';
import type { BrokerApi } from '../../core/wire/broker-api.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what was logged, for tests that look for what must, or must not, be there. */
export class MemoryLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }
}

export interface BrokerSocket extends AsyncDisposable {
  readonly socketPath: string;
  readonly folder: string;
  readonly logger: MemoryLogger;
  readonly api: LocalApi;
}

/** A folder for sockets, 0700, short enough for any path in it. */
export async function socketFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-'));
  await chmod(folder, 0o700);
  return folder;
}

/** Serves `broker` on a socket in a folder of its own; disposing closes and removes both. */
export async function startBrokerSocket(
  broker: BrokerApi,
  options: Partial<LocalApiOptions> = {},
): Promise<BrokerSocket> {
  const folder = await socketFolder();
  const logger = new MemoryLogger();
  const socketPath = options.socketPath ?? join(folder, 'keytray.sock');
  const api = await startLocalApi({ broker, uid: process.getuid?.() ?? 0, logger, ...options, socketPath });
  if (api.kind !== 'listening') throw new Error(`${socketPath} is taken`);
  return {
    socketPath,
    folder,
    logger,
    api,
    async [Symbol.asyncDispose]() {
      await api.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
