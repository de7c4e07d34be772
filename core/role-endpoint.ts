import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Consumer } from './access/consumer.ts';
import { stillRuns } from './access/process-identity.ts';
import type { RoleCredentials } from './credentials/aws-role.ts';
import { KeytrayError } from './errors.ts';
import { oneLineOf } from './failures/next-step.ts';
import { formatContainerCredentials } from './helpers/aws-answer.ts';
import type { RoleEndpointAddress } from './helpers/helper.ts';
import { oneLine } from './helpers/unavailable.ts';
import { loopbackGate, type RefusedOwner } from './http/loopback-gate.ts';
import { listenOn } from './oauth/loopback-port.ts';
import type { Clock, Logger, LoopbackPeers } from './ports.ts';
import { Secret } from './secret.ts';

export interface RoleGrant {
  /** The program; what it starts may ask too, while it runs itself. */
  readonly consumer: Consumer;
  readonly role: string;
  /** Throws `KeytrayError`. */
  credentials(): Promise<RoleCredentials>;
}

interface Open extends RoleGrant {
  readonly authorization: Secret;
}

/** Milliseconds between looks at who has ended. */
const lookAgain = 10_000;
const mostOpen = 100;
/** Of our own user; those of others are closed at once. */
const mostConnections = 64;

export interface RoleEndpointDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peers: LoopbackPeers;
}

/**
 * Loopback is open to every user of the machine and to web pages, so that a connection must be of our own user, and a
 * request must name a path nobody can guess and bring a secret. It listens only while a program it was opened for runs, and never keeps the broker alive.
 */
export class RoleEndpoint {
  readonly #dependencies: RoleEndpointDependencies;
  readonly #open = new Map<string, Open>();
  #server: Promise<{ readonly server: Server; readonly port: number }> | undefined;

  constructor(dependencies: RoleEndpointDependencies) {
    this.#dependencies = dependencies;
  }

  /** Throws `KeytrayError`: `invalid_request` where the system does not tell when the program ends. */
  async open(grant: RoleGrant): Promise<RoleEndpointAddress> {
    if (!stillRuns(grant.consumer)) {
      throw new KeytrayError('invalid_request', 'this system does not tell when a program ends; use --way=file');
    }
    this.#forgetEnded();
    if (this.#open.size >= mostOpen) throw new KeytrayError('temporarily_unavailable', 'too many endpoints are open');
    const id = randomBytes(24).toString('base64url');
    const authorization = new Secret(randomBytes(32).toString('base64url'));
    this.#open.set(id, { ...grant, authorization });
    this.#server ??= this.#listen();
    try {
      const { port } = await this.#server;
      return { url: `http://127.0.0.1:${port}/${id}`, authorization };
    } catch (error) {
      this.#open.delete(id);
      this.#server = undefined;
      throw error;
    }
  }

  async #listen() {
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request)
        .catch(() => ({ status: 500, body: '' }))
        .then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
        })
        .catch(() => response.destroy());
    };
    const guard = loopbackGate({
      ...this.#dependencies,
      name: 'the AWS endpoint',
      most: mostConnections,
      fromWindows: false,
      connections: new Set(),
      refused: refusedProgram,
    });
    const create = (): Server => {
      const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, serve);
      guard(server);
      return server;
    };
    const settings = { host: '127.0.0.1', ports: 'any', path: 'none' } as const;
    const { port, listening } = await listenOn(settings, create, this.#dependencies.peers);
    const [server = create()] = listening;
    server.unref();
    this.#lookLater();
    return { server, port };
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: string }> {
    const { method, url = '', headers } = request;
    const { port } = (await this.#server) ?? { port: 0 };
    const open = this.#open.get(url.slice(1));
    const asked =
      method === 'GET' &&
      headers.host === `127.0.0.1:${port}` &&
      headers.origin === undefined &&
      headers.referer === undefined &&
      open?.authorization.equals(new Secret(headers.authorization ?? '')) === true;
    if (!asked || open === undefined || !stillRuns(open.consumer)) return { status: 404, body: '{}' };
    try {
      const body = formatContainerCredentials(await open.credentials(), open.role);
      return body === undefined ? { status: 500, body: '{}' } : { status: 200, body };
    } catch (failure) {
      if (!(failure instanceof KeytrayError)) throw failure;
      const body = JSON.stringify({ code: failure.code, message: oneLine(`keytray: ${oneLineOf(failure)}`) });
      // AWS's tools try again after a 5xx.
      return { status: failure.code === 'temporarily_unavailable' ? 503 : 403, body };
    }
  }

  #lookLater(): void {
    this.#dependencies.clock.after(lookAgain, () => {
      this.#forgetEnded();
      if (this.#server !== undefined) this.#lookLater();
    });
  }

  #forgetEnded(): void {
    for (const [id, { consumer }] of this.#open) if (!stillRuns(consumer)) this.#open.delete(id);
    if (this.#open.size > 0) return;
    const ended = this.#server;
    this.#server = undefined;
    ended?.then(({ server }) => server.close(() => undefined)).catch(() => undefined);
  }
}

function refusedProgram(owner: RefusedOwner): string {
  return `a program of ${owner.kind === 'other' ? `uid ${owner.uid}` : 'an unknown uid'} was refused`;
}
