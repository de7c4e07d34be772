import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KeytrayError } from '../errors.ts';
import { oneLineOf } from '../failures/next-step.ts';
import { Secret } from '../secret.ts';
import { printable } from '../untrusted/plain-text.ts';
import type { EndpointAnswer, EndpointOwner, ProgramEndpoints } from './program-endpoints.ts';

export interface ContainerCredentials {
  readonly owner: EndpointOwner;
  /** The document a container asks for, as JSON; undefined for values that no AWS gives. Throws `KeytrayError`. */
  document(): Promise<string | undefined>;
}

export interface ContainerCredentialsAddress {
  readonly url: string;
  /** What AWS's tools send as `Authorization`. */
  readonly authorization: Secret;
}

/**
 * An endpoint of AWS's container credentials: a second secret, which tools read from a file, stands beside the path.
 * Throws `KeytrayError` as `ProgramEndpoints.open` does.
 */
export async function openContainerCredentials(
  endpoints: ProgramEndpoints,
  { owner, document }: ContainerCredentials,
): Promise<ContainerCredentialsAddress> {
  const authorization = new Secret(randomBytes(32).toString('base64url'));
  const answer = async ({ method, headers }: IncomingMessage): Promise<EndpointAnswer | undefined> => {
    const asked = method === 'GET' && authorization.equals(new Secret(headers.authorization ?? ''));
    return asked ? await answerWith(document) : undefined;
  };
  const { url } = await endpoints.open({ owner, answer });
  return { url, authorization };
}

async function answerWith(document: ContainerCredentials['document']): Promise<EndpointAnswer> {
  try {
    const body = await document();
    return body === undefined ? { status: 500, body: '{}' } : { status: 200, body };
  } catch (failure) {
    if (!(failure instanceof KeytrayError)) throw failure;
    const message = printable(`keytray: ${oneLineOf(failure)}`).trim();
    const body = JSON.stringify({ code: failure.code, message });
    // AWS's tools try again after a 5xx.
    return { status: failure.code === 'temporarily_unavailable' ? 503 : 403, body };
  }
}
