import { describe, expect, it } from 'vitest';
import {
  ClientAuthentication,
  type ClientAuthFacts,
  clientAuthMethods,
  formEncoded,
} from '../../../core/oauth/client-authentication.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { Secret } from '../../../core/secret.ts';

const both = ['client_secret_basic', 'client_secret_post'];
const facts = (more: Partial<ClientAuthFacts> & { secret?: Secret | undefined } = {}): ClientAuthFacts => ({
  clientId: 'keytray',
  secret: new Secret('gloas-a_b.c~d'),
  configured: undefined,
  listed: both,
  byHand: false,
  learned: undefined,
  ...more,
});

describe('where a client secret is sent', () => {
  it.each<[string, ClientAuthFacts, readonly string[]]>([
    ['a public client has none', facts({ secret: undefined }), []],
    ['Basic first where both are listed', facts(), ['basic', 'post']],
    [
      'post first where the encoding would change the secret',
      facts({ secret: new Secret('a+b/c=') }),
      ['post', 'basic'],
    ],
    ['post first where the encoding would change the id', facts({ clientId: 'my app' }), ['post', 'basic']],
    ['the only one listed', facts({ listed: ['client_secret_post', 'private_key_jwt'] }), ['post']],
    [
      'Basic where the encoding changes the secret but nothing else is listed',
      facts({ listed: ['client_secret_basic'], secret: new Secret('a+b') }),
      ['basic'],
    ],
    ['Basic where the metadata is silent', facts({ listed: undefined }), ['basic']],
    ['post where the endpoints are given by hand', facts({ listed: undefined, byHand: true }), ['post']],
    ['what the account says, and nothing else', facts({ configured: 'post' }), ['post']],
    [
      'what the account says, whatever is listed',
      facts({ configured: 'basic', listed: ['client_secret_post'] }),
      ['basic'],
    ],
    ['what was learned, first', facts({ learned: 'post' }), ['post', 'basic']],
  ])('%s', (_name, given, methods) => {
    expect(clientAuthMethods(given)).toEqual(methods);
  });
});

describe('the encoding of RFC 6749, appendix B', () => {
  it('leaves alone what need not be changed', () => {
    expect(formEncoded('gloas-a_b.c~d*9')).toBe('gloas-a_b.c~d*9');
  });

  it.each(['a b', 'a+b', 'a%2Bb', 'a:b', 'a&b=c', 'ü'])('comes back whole from a form: %j', (text) => {
    expect(new URLSearchParams(`v=${formEncoded(text)}`).get('v')).toBe(text);
  });
});

const unknownClient = new OAuthFailure('x', {
  kind: 'oauth_error',
  error: 'invalid_client',
  description: undefined,
  status: 401,
});
const deadGrant = new OAuthFailure('x', {
  kind: 'oauth_error',
  error: 'invalid_grant',
  description: undefined,
  status: 400,
});
type Answer = OAuthFailure | 'tokens';
const refusalOf = (answer: Answer): OAuthFailure | undefined => (answer === 'tokens' ? undefined : answer);

describe('the other method', () => {
  const scene = (answers: readonly Answer[], more: Parameters<typeof facts>[0] = {}) => {
    const learned: string[] = [];
    const authentication = new ClientAuthentication(facts(more), (method) => learned.push(method));
    const tried: string[] = [];
    const send = () =>
      authentication.send(async () => {
        tried.push(authentication.method);
        return answers[tried.length - 1] ?? 'tokens';
      }, refusalOf);
    return { authentication, learned, tried, send };
  };

  it('is tried once where the client is unknown, and remembered where it works', async () => {
    const { learned, tried, send } = scene([unknownClient, 'tokens']);
    expect(await send()).toBe('tokens');
    await send();
    expect(tried).toEqual(['basic', 'post', 'post']);
    expect(learned).toEqual(['post']);
  });

  it('is not tried for anything else: a refresh token must not be sent twice', async () => {
    const { tried, send } = scene([deadGrant]);
    expect(await send()).toBe(deadGrant);
    expect(tried).toEqual(['basic']);
  });

  it('is remembered too where it finds another fault than an unknown client', async () => {
    const { learned, send } = scene([unknownClient, deadGrant]);
    expect(await send()).toBe(deadGrant);
    expect(learned).toEqual(['post']);
  });

  it('is forgotten where neither is known', async () => {
    const { authentication, learned, tried, send } = scene([unknownClient, unknownClient]);
    expect(await send()).toBe(unknownClient);
    expect(tried).toEqual(['basic', 'post']);
    expect(authentication.method).toBe('basic');
    expect(learned).toEqual([]);
  });

  it('is not tried where the account says one', async () => {
    const { tried, send } = scene([unknownClient], { configured: 'basic' });
    await send();
    expect(tried).toEqual(['basic']);
  });

  it('is learned by one request for another that was refused at the same time', async () => {
    const authentication = new ClientAuthentication(facts());
    const known = async (): Promise<Answer> => {
      const { method } = authentication;
      await Promise.resolve();
      return method === 'post' ? 'tokens' : unknownClient;
    };
    const both = await Promise.all([authentication.send(known, refusalOf), authentication.send(known, refusalOf)]);
    expect(both).toEqual(['tokens', 'tokens']);
    expect(authentication.method).toBe('post');
  });
});
