import type { IncomingMessage } from 'node:http';

/** A status and a body the token endpoint answers instead of doing anything. */
export interface Outage {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is needed of koa's context. */
export interface TokenContext {
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  readonly req: IncomingMessage;
  set(headers: Record<string, string>): void;
}

/** What can go wrong at the token endpoint, at will. */
export interface TokenFaults {
  /** Milliseconds before a finished reply is sent. */
  delay: number;
  /** While set, token requests are answered with it and change nothing. */
  outage: Outage | undefined;
  /** Replies are finished (a refresh token has rotated) but not sent until the returned function is called. */
  hold(): () => void;
  /** The next reply is lost: everything is done, then the connection breaks. */
  dropNext(): void;
  /** The wrapper around the token endpoint. */
  apply(context: TokenContext, next: () => Promise<void>): Promise<void>;
}

export function createTokenFaults(delay: number): TokenFaults {
  let held: Promise<void> | undefined;
  let drop = false;
  return {
    delay,
    outage: undefined,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    dropNext() {
      drop = true;
    },
    async apply(context, next) {
      if (this.outage !== undefined) {
        context.status = this.outage.status;
        context.set({ ...this.outage.headers });
        context.body = this.outage.body;
        return;
      }
      await next();
      const lost = drop;
      drop = false;
      await held;
      if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
      if (lost) {
        context.respond = false;
        context.req.socket.destroy();
      }
    },
  };
}
