import type { CustomFetch } from 'openid-client';
import type { AuthorizationServer } from './authorization-server.ts';
import { requestInit } from './library-fetch.ts';
import { type Reply, readReply } from './reply.ts';
import { readTokenReply } from './token-body.ts';

type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'thrown'; readonly thrown: unknown }
  | { readonly kind: 'reply'; readonly reply: Reply };

export type Watch = ReturnType<typeof watch>;

const secretParameters = [
  'refresh_token',
  'code',
  'code_verifier',
  'device_code',
  'client_secret',
  'subject_token',
  'token',
  'state',
  'nonce',
] as const;

/** What of a request must not be repeated by anybody: of the form, and the client secret of Basic (RFC 6749 §2.3.1). */
export function secretsOf(form: URLSearchParams, authorization: string | null): readonly string[] {
  const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1] ?? '';
  const [, encoded = ''] = Buffer.from(basic, 'base64').toString().split(':');
  const clientSecret = new URLSearchParams(`v=${encoded}`).get('v') ?? '';
  return [basic, encoded, clientSecret, ...secretParameters.map((name) => form.get(name) ?? '')].filter(Boolean);
}

/** Lets the library talk to the server and keeps what the token endpoint said, which its own errors tell only in part. */
export function watch(server: AuthorizationServer, redirectUri: string | undefined) {
  let seen: Seen = { kind: 'nothing' };
  let sent: readonly string[] = [];

  const forLibrary = (reply: Reply): Response => {
    const body = reply.status === 200 ? readTokenReply(reply.json) : undefined;
    if (body === undefined) return new Response(reply.text || null, { status: reply.status, headers: plainJson });
    // Without an issuer an ID token can be compared with nothing: it is not looked at.
    const wire = server.issuer === undefined ? { ...body.wire, id_token: undefined } : body.wire;
    return new Response(JSON.stringify(wire), { status: 200, headers: plainJson });
  };

  const fetch: CustomFetch = async (url, options) => {
    const body = options.body instanceof URLSearchParams ? options.body : new URLSearchParams();
    if (redirectUri !== undefined) body.set('redirect_uri', redirectUri);
    sent = secretsOf(body, new Headers(options.headers).get('authorization'));
    try {
      const reply = await readReply(new URL(url), await server.fetch(url, requestInit(options)));
      seen = { kind: 'reply', reply };
      return forLibrary(reply);
    } catch (thrown) {
      seen = { kind: 'thrown', thrown };
      throw thrown;
    }
  };

  const replay: CustomFetch = async () =>
    seen.kind === 'reply' ? forLibrary(seen.reply) : new Response(null, { status: 500 });

  const forget = (): void => {
    seen = { kind: 'nothing' };
    sent = [];
  };

  return { fetch, replay, seen: () => seen, sent: () => sent, forget };
}

const plainJson = { 'content-type': 'application/json' };
