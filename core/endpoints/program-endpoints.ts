import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeytrayError } from '../errors.ts';
import {
  answerJson,
  answerNothing,
  type ListenerDependencies,
  type LoopbackListener,
  listenOnLoopback,
} from './loopback-listener.ts';

/** The program an endpoint is for; what it starts may ask too, while it runs itself. */
export interface EndpointOwner {
  /** False as soon as it has ended, and where the system does not tell. */
  runs(): boolean;
}

export interface EndpointAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

export interface Endpoint {
  readonly owner: EndpointOwner;
  /**
   * Answers a request for the endpoint's own path and nothing after it. Undefined: as if there was nothing.
   * What it throws is a 500 without words.
   */
  answer(request: IncomingMessage): Promise<EndpointAnswer | undefined>;
}

export interface OpenEndpoint {
  readonly id: string;
  /** With a path nobody can guess. */
  readonly url: string;
}

/** Milliseconds between looks at who has ended. */
const lookAgain = 10_000;
const mostOpen = 100;
const mostConnections = 64;
const times = { head: 5_000, request: 5_000 };

/**
 * Endpoints for programs that are other processes than ours, behind one listener that is there only while one of them
 * runs. It never keeps our process alive.
 */
export class ProgramEndpoints {
  readonly #dependencies: ListenerDependencies & { readonly name: string };
  readonly #open = new Map<string, Endpoint>();
  #listener: Promise<LoopbackListener> | undefined;

  constructor(dependencies: ListenerDependencies & { readonly name: string }) {
    this.#dependencies = dependencies;
  }

  /** Throws `KeytrayError`: `invalid_request` where the program does not run or cannot be watched. */
  async open(endpoint: Endpoint): Promise<OpenEndpoint> {
    if (!endpoint.owner.runs()) {
      throw new KeytrayError('invalid_request', 'this system does not tell when a program ends');
    }
    this.#forgetEnded();
    if (this.#open.size >= mostOpen) throw new KeytrayError('temporarily_unavailable', 'too many endpoints are open');
    const id = randomBytes(24).toString('base64url');
    this.#open.set(id, endpoint);
    this.#listener ??= this.#listen();
    try {
      const { port } = await this.#listener;
      return { id, url: `http://127.0.0.1:${port}/${id}` };
    } catch (error) {
      this.#open.delete(id);
      this.#listener = undefined;
      throw error;
    }
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** False where there is none of this id. */
  end(id: string): boolean {
    const known = this.#open.delete(id);
    this.#forgetEnded();
    return known;
  }

  async #listen(): Promise<LoopbackListener> {
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request)
        .catch(() => ({ status: 500, body: '' }))
        .then((answer) => (answer === undefined ? answerNothing(response) : sendAnswer(response, answer)))
        .catch(() => response.destroy());
    };
    const listener = await listenOnLoopback({ ...this.#dependencies, most: mostConnections, times, serve });
    listener.server.unref();
    this.#lookLater();
    return listener;
  }

  async #answer(request: IncomingMessage): Promise<EndpointAnswer | undefined> {
    const endpoint = this.#open.get((request.url ?? '').slice(1));
    return endpoint?.owner.runs() === true ? await endpoint.answer(request) : undefined;
  }

  #lookLater(): void {
    this.#dependencies.clock.after(lookAgain, () => {
      this.#forgetEnded();
      if (this.#listener !== undefined) this.#lookLater();
    });
  }

  #forgetEnded(): void {
    for (const [id, { owner }] of this.#open) if (!owner.runs()) this.#open.delete(id);
    if (this.#open.size > 0) return;
    const ended = this.#listener;
    this.#listener = undefined;
    ended?.then((listener) => listener.close()).catch(() => undefined);
  }
}

const sendAnswer = (response: ServerResponse, { status, body }: EndpointAnswer): void =>
  answerJson(response, status, body);
