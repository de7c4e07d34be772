import type * as E from 'electron';
import { machine } from './machine.ts';

type SchemeHandler = (request: Request) => Response | Promise<Response>;

class StandInProtocol implements Pick<E.Protocol, 'handle' | 'registerSchemesAsPrivileged'> {
  static testPrivileged: E.CustomScheme[] = [];
  readonly #handlers = new Map<string, SchemeHandler>();

  registerSchemesAsPrivileged(schemes: E.CustomScheme[]): void {
    machine.mustNotBeReady('protocol.registerSchemesAsPrivileged');
    StandInProtocol.testPrivileged = schemes;
  }

  handle(scheme: string, handler: SchemeHandler): void {
    machine.mustBeReady('protocol.handle');
    if (this.#handlers.has(scheme)) throw new Error(`The scheme has been registered: ${scheme}`);
    this.#handlers.set(scheme, handler);
  }

  async testAnswer(request: Request): Promise<Response> {
    const handler = this.#handlers.get(new URL(request.url).protocol.slice(0, -1));
    return handler === undefined ? Response.error() : await handler(request);
  }
}

type Decide = Parameters<E.Session['setPermissionRequestHandler']>[0];
type Check = Parameters<E.Session['setPermissionCheckHandler']>[0];
type CheckDevice = Parameters<E.Session['setDevicePermissionHandler']>[0];
type SessionMembers =
  | 'fetch'
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler';

export class StandInSession implements Pick<E.Session, SessionMembers> {
  readonly protocol = new StandInProtocol();
  /** As Electron: what nobody refuses is granted. */
  testHandlers: { decide: Decide; check: Check; device: CheckDevice } = { decide: null, check: null, device: null };
  /** Method and address of every request. */
  readonly testFetched: string[] = [];

  setPermissionRequestHandler(handler: Decide): void {
    this.testHandlers.decide = handler;
  }

  setPermissionCheckHandler(handler: Check): void {
    this.testHandlers.check = handler;
  }

  setDevicePermissionHandler(handler: CheckDevice): void {
    this.testHandlers.device = handler;
  }

  /** Node's fetch with the manners of Chromium's: cookies unless told otherwise, and no 3xx ever seen. */
  async fetch(
    input: string | Request,
    init: RequestInit & { bypassCustomProtocolHandlers?: boolean } = {},
  ): Promise<Response> {
    const { bypassCustomProtocolHandlers, ...rest } = init;
    if (rest.credentials !== 'omit') throw new Error('this request takes the cookies of the session along');
    if (rest.cache !== 'no-store') throw new Error('this request may be answered from the cache');
    if (bypassCustomProtocolHandlers !== true) throw new Error('this request may be answered by a handler of ours');
    this.testFetched.push(`${rest.method ?? 'GET'} ${input instanceof Request ? input.url : input}`);
    if (!machine.online) throw new Error('net::ERR_INTERNET_DISCONNECTED');
    const { signal, body, method = 'GET', headers } = rest;
    const given = { method, ...(headers && { headers }), ...(body && { body }), ...(signal && { signal }) };
    const answer = await fetch(input, { ...given, redirect: 'manual' }).catch((error: unknown) => {
      throw netError(error);
    });
    if (answer.status >= 300 && answer.status < 400) throw new Error('Redirect was cancelled');
    return answer;
  }
}

function netError(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED') return new Error('net::ERR_CONNECTION_REFUSED');
  if (code === 'ENOTFOUND') return new Error('net::ERR_NAME_NOT_RESOLVED');
  return error;
}

const partitions = new Map<string, StandInSession>();

export function sessionOf(partition = ''): StandInSession {
  const found = partitions.get(partition) ?? new StandInSession();
  partitions.set(partition, found);
  return found;
}

export const session = {
  fromPartition(partition: string, options?: E.FromPartitionOptions): StandInSession {
    machine.mustBeReady('session');
    if (partition.startsWith('persist:')) throw new Error('pages and sign-ins leave nothing on disk');
    if (options?.cache !== false) throw new Error('a cache was not refused');
    return sessionOf(partition);
  },
  get defaultSession(): StandInSession {
    machine.mustBeReady('session');
    return sessionOf();
  },
  testReset: (): void => {
    partitions.clear();
    StandInProtocol.testPrivileged = [];
  },
  testPartitions: partitions,
};

export const protocol = {
  registerSchemesAsPrivileged: (schemes: E.CustomScheme[]): void =>
    new StandInProtocol().registerSchemesAsPrivileged(schemes),
  testPrivileged: (): readonly E.CustomScheme[] => StandInProtocol.testPrivileged,
};
