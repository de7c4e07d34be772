import type { ServerResponse } from 'node:http';
import type { Fault } from './rotating-server.ts';

/** What stands between the broker and its token, in place of the token endpoint's answer. */

const write = (response: ServerResponse, status: number, headers: Record<string, string>, body: string): void => {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body);
};

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };
const page = '<!doctype html><title>Sorry</title><p>Request ID 0a1b2c';

/** Any answer of a proxy, a portal or a server in trouble. Nothing is carried out. */
export const answers =
  (status: number, headers: Record<string, string> = html, body = page): Fault =>
  ({ response }) =>
    write(response, status, headers, body);

/** A well-formed error object (RFC 6749 section 5.2). */
export const refuses = (error: string, status = 400, headers: Record<string, string> = {}): Fault =>
  answers(status, { ...json, ...headers }, JSON.stringify({ error, error_description: 'as the server puts it' }));

/** Carried out, and the connection dropped before a byte of the answer. */
export const replyLost: Fault = ({ response, carryOut }) => {
  carryOut();
  response.socket?.destroy();
};

/** Carried out, and the connection reset in the middle of the body. */
export const resetInBody: Fault = ({ response, carryOut }) => {
  const body = JSON.stringify(carryOut().body);
  response.writeHead(200, { ...json, 'content-length': String(body.length) });
  response.write(body.slice(0, body.length / 2), () => response.socket?.resetAndDestroy());
};

/** Carried out; half of the reply comes, and by its headers it is whole. */
export const cutShort: Fault = ({ response, carryOut }) => {
  const body = JSON.stringify(carryOut().body);
  write(response, 200, json, body.slice(0, body.length / 2));
};

/** Carried out, and never answered: the connection stays open. */
export const silent: Fault = ({ carryOut }) => {
  carryOut();
};

/** What a server in good health would say, but for some members. */
export const repliesWith =
  (members: object, headers: Record<string, string> = json): Fault =>
  ({ response, carryOut }) => {
    const { status, body } = carryOut();
    write(response, status, headers, JSON.stringify({ ...body, ...members }));
  };

/** A reply without what it is for. Not carried out: an intermediary made it up. */
export const emptyReply: Fault = answers(200, json, '{"token_type":"Bearer","expires_in":3600}');

/** The first requests meet the given faults, in order; those that follow are answered as they should be. */
export function first(...faults: readonly Fault[]): Fault {
  const left = [...faults];
  return (exchange) => (left.shift() ?? repliesWith({}))(exchange);
}
