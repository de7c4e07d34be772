import type { ClientAuth } from 'openid-client';
import type { Secret } from '../secret.ts';
import type { ClientAuthMethod } from '../services/service.ts';
import type { OAuthFailure } from './oauth-failure.ts';

export interface ClientAuthFacts {
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly secret: Secret | undefined;
  /** `client_auth:` of the account; then no other method is tried. */
  readonly configured: ClientAuthMethod | undefined;
  /** `token_endpoint_auth_methods_supported` (RFC 8414 §2). */
  readonly listed: readonly string[] | undefined;
  /** The endpoints are given by hand: servers without metadata mostly know only the body. */
  readonly byHand: boolean;
  /** The method that worked after another one was refused. */
  readonly learned: ClientAuthMethod | undefined;
}

const wireNames = { basic: 'client_secret_basic', post: 'client_secret_post' } as const;

/** The methods to try, the first one first; none for a public client. Pure. */
export function clientAuthMethods(facts: ClientAuthFacts): readonly ClientAuthMethod[] {
  const { clientId, configured, learned, secret } = facts;
  if (secret === undefined) return [];
  if (configured !== undefined) return [configured];
  const listed = facts.listed ?? [facts.byHand ? wireNames.post : wireNames.basic];
  const offered = (['basic', 'post'] as const).filter((method) => listed.includes(wireNames[method]));
  // RFC 6749 §2.3.1: Basic is the one every server must know.
  if (offered.length < 2) return offered.length === 0 ? ['basic'] : offered;
  // A server that does not decode what it reads from Basic knows another id or secret than the one we mean.
  const changes = [clientId, secret.reveal()].some((text) => formEncoded(text) !== text);
  const first = learned ?? (changes ? 'post' : 'basic');
  return first === 'post' ? ['post', 'basic'] : ['basic', 'post'];
}

/** RFC 6749 §2.3.1 and appendix B; what the form encoding need not touch stays, as few servers decode it. */
export function formEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}

/** How one client authenticates at its server. The method changes only where the server refuses one and accepts another. */
export class ClientAuthentication {
  readonly #secret: Secret | undefined;
  readonly #learn: (method: ClientAuthMethod) => void;
  #methods: readonly ClientAuthMethod[];
  #learned: ClientAuthMethod | undefined;

  constructor(facts: ClientAuthFacts, learn: (method: ClientAuthMethod) => void = () => undefined) {
    this.#secret = facts.secret;
    this.#methods = clientAuthMethods(facts);
    this.#learn = learn;
    this.#learned = this.#methods.length > 1 ? facts.learned : undefined;
  }

  get method(): ClientAuthMethod | 'none' {
    return this.#methods[0] ?? 'none';
  }

  /** The method that worked after the server had refused the other one; undefined where it refused none. */
  get learned(): ClientAuthMethod | undefined {
    return this.#learned;
  }

  /** Adds the method in force to a request of the library. */
  readonly apply: ClientAuth = (_server, client, body, headers) => {
    const secret = this.#secret;
    if (secret !== undefined && this.method === 'basic') {
      const pair = `${formEncoded(client.client_id)}:${formEncoded(secret.reveal())}`;
      headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
      return;
    }
    body.set('client_id', client.client_id);
    if (secret !== undefined) body.set('client_secret', secret.reveal());
  };

  /**
   * Sends a request, and once more by the other method where the server does not know the client (`invalid_client`,
   * RFC 6749 §5.2): such a request was refused before a code or a refresh token in it was looked at.
   */
  async send<T>(request: () => Promise<T>, refusalOf: (answer: T) => OAuthFailure | undefined): Promise<T> {
    const before = this.method;
    const first = await request();
    if (!isUnknownClient(refusalOf(first))) return first;
    // Another request may have learned it meanwhile.
    if (this.method === before && !this.#switch()) return first;
    const tried = this.method;
    const second = await request();
    if (!isUnknownClient(refusalOf(second))) {
      if (tried !== 'none') this.#remember(tried);
      return second;
    }
    // Neither is known: the client itself is wrong, and the first refusal is the one that counts.
    if (this.method === tried) this.#switch();
    return first;
  }

  #remember(method: ClientAuthMethod): void {
    this.#learned = method;
    this.#learn(method);
  }

  #switch(): boolean {
    const [first, second] = this.#methods;
    if (first === undefined || second === undefined) return false;
    this.#methods = [second, first];
    return true;
  }
}

const isUnknownClient = (refusal: OAuthFailure | undefined): boolean =>
  refusal?.failure.kind === 'oauth_error' && refusal.failure.error === 'invalid_client';
