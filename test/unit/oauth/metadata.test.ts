import { describe, expect, it } from 'vitest';
import { findMetadata } from '../../../core/oauth/metadata.ts';
import type { Fetch } from '../../../core/ports.ts';

const issuer = 'https://login.lab.example';
const found = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}

/** A network where each address answers as given, 404 else. */
class Network {
  readonly asked: string[] = [];
  readonly options: RequestInit[] = [];
  readonly #answers: Readonly<Record<string, Answer>>;

  constructor(answers: Readonly<Record<string, Answer>>) {
    this.#answers = answers;
  }

  readonly fetch: Fetch = async (address, options) => {
    this.asked.push(String(address));
    this.options.push(options ?? {});
    const { status = 200, body } = this.#answers[String(address)] ?? { status: 404, body: 'Not found' };
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
}

const openid = `${issuer}/.well-known/openid-configuration`;
const rfc8414 = `${issuer}/.well-known/oauth-authorization-server`;
const at = (answers: Readonly<Record<string, Answer>>, name = issuer) => findMetadata(name, new Network(answers).fetch);
const failureOf = (answers: Readonly<Record<string, Answer>>) => at(answers).catch((error: unknown) => error);

describe('metadata', () => {
  it('may write null or nothing where a member should be left out', async () => {
    const empty = {
      revocation_endpoint: null,
      userinfo_endpoint: '',
      device_authorization_endpoint: null,
      jwks_uri: '',
      code_challenge_methods_supported: null,
      authorization_response_iss_parameter_supported: '',
      service_documentation: null,
    };
    expect((await at({ [openid]: { body: { ...found, ...empty } } })).metadata).toEqual(found);
  });

  it('is asked for as JSON, without following redirects', async () => {
    const network = new Network({ [openid]: { body: found } });
    expect((await findMetadata(issuer, network.fetch)).metadata).toEqual(found);
    expect(network.options).toMatchObject([{ headers: { accept: 'application/json' }, redirect: 'manual' }]);
  });

  it('is looked for at both addresses of an issuer without path', async () => {
    const network = new Network({});
    await expect(findMetadata(issuer, network.fetch)).rejects.toMatchObject({
      failure: { kind: 'http_status', status: 404 },
    });
    expect(network.asked).toEqual([openid, rfc8414]);
  });

  it.each(['/tenant', '/tenant/'])('is looked for at three addresses of an issuer with the path %s', async (path) => {
    const network = new Network({});
    await expect(findMetadata(`${issuer}${path}`, network.fetch)).rejects.toThrow();
    expect(network.asked).toEqual([
      `${issuer}/tenant/.well-known/openid-configuration`,
      `${rfc8414}/tenant`,
      `${issuer}/tenant/.well-known/oauth-authorization-server`,
    ]);
  });

  it.each([400, 401, 403, 404, 410, 499])('may be elsewhere where status %d answers', async (status) => {
    expect((await at({ [openid]: { status }, [rfc8414]: { body: found } })).metadata).toEqual(found);
  });

  it.each([399, 408, 429, 500, 503])('is not looked for elsewhere where status %d answers', async (status) => {
    const network = new Network({ [openid]: { status }, [rfc8414]: { body: found } });
    await expect(findMetadata(issuer, network.fetch)).rejects.toMatchObject({ failure: { status } });
    expect(network.asked).toEqual([openid]);
  });

  it('is not looked for elsewhere where an OAuth error speaks of trouble', async () => {
    const trouble = { status: 503, body: { error: 'temporarily_unavailable' } };
    await expect(at({ [openid]: trouble, [rfc8414]: { body: found } })).rejects.toMatchObject({
      failure: { kind: 'oauth_error' },
    });
    const nothing = { status: 404, body: { error: 'not_found' } };
    expect((await at({ [openid]: nothing, [rfc8414]: { body: found } })).metadata).toEqual(found);
  });

  it('is told to be missing by the first address', async () => {
    expect(await failureOf({ [openid]: { body: '<html>' }, [rfc8414]: { status: 410 } })).toMatchObject({
      message: 'login.lab.example does not answer as a sign-in server',
      failure: { kind: 'malformed', status: 200, what: 'no JSON metadata' },
    });
  });

  it.each([
    [{ token_endpoint: 'no URL' }, 'metadata: token_endpoint must be an https URL (http only on this machine)'],
    [
      { revocation_endpoint: 'no URL' },
      'metadata: revocation_endpoint must be an https URL (http only on this machine)',
    ],
    [{ token_endpoint: undefined }, 'metadata: token_endpoint '],
    [{ issuer: '' }, 'metadata: issuer '],
    [{ response_types_supported: 'code' }, 'metadata: response_types_supported '],
    [
      { authorization_response_iss_parameter_supported: 'yes' },
      'metadata: authorization_response_iss_parameter_supported ',
    ],
  ])('is none with %j', async (members, what) => {
    expect(await failureOf({ [openid]: { body: { ...found, ...members } } })).toMatchObject({
      message: 'login.lab.example does not answer as a sign-in server',
      failure: { kind: 'malformed', status: 200, what: expect.stringContaining(what) },
    });
  });

  it('names its issuer to the last character', async () => {
    const body = { ...found, issuer: `${issuer}/\u001b` };
    expect(await failureOf({ [openid]: { body }, [rfc8414]: { body: found } })).toMatchObject({
      message: `the server calls itself ${issuer}/, and the account says ${issuer}`,
      failure: {
        kind: 'rejected',
        check: 'issuer',
        what: `issuer "${issuer}/", configured "${issuer}"; they must be the same to the last character`,
      },
    });
  });

  it('keeps what is not known here', async () => {
    const body = { ...found, code_challenge_methods_supported: ['S256'], 'x-own': { a: [1, null] } };
    expect((await at({ [openid]: { body } })).metadata).toEqual(body);
  });

  it('cannot be had without a network', async () => {
    const fetch: Fetch = async () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) });
    };
    await expect(findMetadata(issuer, fetch)).rejects.toMatchObject({
      failure: { kind: 'network', code: 'ENOTFOUND' },
    });
  });
});
