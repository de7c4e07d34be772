import type { Fetch } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { type RoleCredentials, RoleFailure, type RoleRequest, readRoleReply, roleForm } from './aws-role.ts';

export interface AssumeRole {
  readonly fetch: Fetch;
  readonly endpoint: URL;
  readonly request: RoleRequest;
  /** `force`: one that was made just now. */
  token(force: boolean): Promise<Secret>;
}

/** Asks STS; once more with a fresh token where it finds ours too old. Throws `KeytrayError`. */
export async function assumeRole({ fetch, endpoint, request, token }: AssumeRole): Promise<RoleCredentials> {
  for (const force of [false, true]) {
    const form = roleForm(request, await token(force));
    const { status, body } = await ask(fetch, endpoint, form);
    const reply = readRoleReply(status, body);
    switch (reply.kind) {
      case 'credentials':
        return reply.credentials;
      case 'failed':
        throw reply.failure;
      case 'expired':
        break;
    }
  }
  throw new RoleFailure('access_denied', 'AWS finds the token expired, also a fresh one; is the clock right?');
}

async function ask(fetch: Fetch, endpoint: URL, form: URLSearchParams) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/xml' },
      body: form.toString(),
    });
    return { status: response.status, body: await response.text() };
  } catch (cause) {
    throw new RoleFailure('temporarily_unavailable', `${endpoint.host} cannot be reached`, { cause });
  }
}
