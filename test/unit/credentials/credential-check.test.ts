import { describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { resolveAccount } from '../../../core/config/resolve.ts';
import { checkCredential } from '../../../core/credentials/credential-check.ts';
import type { Verdict } from '../../../core/credentials/service-check.ts';
import { Secret } from '../../../core/secret.ts';
import { services } from '../../../core/services/registry.ts';
import { caller } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function settingsOf(lines: string) {
  const read = interpretConfig([{ file: 'config.yaml', text: `accounts:\n  lab: { ${lines} }\n` }]);
  const account = read.kind === 'ok' ? read.config.accounts.get('lab') : undefined;
  const service = services.get(account?.service ?? '');
  if (account === undefined || service === undefined) throw new Error(JSON.stringify(read));
  return resolveAccount(account, service);
}

interface Asked {
  readonly request: string;
  readonly authorization: string | null;
}

/** One check of an account, answered with `body`: what was asked, and the verdict. */
async function checked(
  lines: string,
  body: unknown,
  address?: string,
): Promise<{ readonly asked: readonly Asked[]; readonly verdict: Verdict | undefined }> {
  const asked: Asked[] = [];
  const fetch = async (input: URL | string | Request, init: RequestInit = {}) => {
    const authorization = new Headers(init.headers).get('authorization');
    asked.push({ request: `${init.method} ${input instanceof Request ? input.url : input}`, authorization });
    return new Response(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const verdict = await checkCredential(
    settingsOf(lines),
    { token: new Secret('the-token') },
    {
      http: { fetchFor: () => fetch },
      clock: new ManualClock(),
      signal: caller.signal,
      ...(address !== undefined && { address: new URL(address) }),
    },
  );
  return { asked, verdict };
}

// Replies as the documentation of each service shows them, shortened.
const github = { login: 'octocat', id: 1, type: 'User', name: 'monalisa octocat', email: 'octocat@github.com' };
const gitlab = { id: 1, username: 'john_smith', email: 'john@example.com', name: 'John Smith', state: 'active' };
const bitbucket = {
  type: 'user',
  uuid: '{a54f16da-24e9-4d7f-a3a7-b1ba2cd98aa3}',
  display_name: 'Evzija Kim',
  account_id: '5b1',
};
const profile = {
  displayName: 'Jamal Hartnett',
  publicAlias: 'd6245f20',
  emailAddress: 'fabrikamfiber4@hotmail.com',
  id: 'd6245f20',
};
const connection = {
  authenticatedUser: { id: 'd6245f20', providerDisplayName: 'Jamal Hartnett' },
  instanceId: 'd6245f20',
};
const claims = { sub: '248289761001', name: 'Jane Doe', preferred_username: 'j.doe', email: 'janedoe@example.com' };
const google = {
  sub: '10769150350006150715113082367',
  name: 'Jane Doe',
  email: 'janedoe@example.com',
  email_verified: true,
};
const azureTenant = 'issuer: "https://login.microsoftonline.com/72f988bf/v2.0"';

describe('a check', () => {
  it.each<[string, string, unknown, string, string]>([
    ['GitHub', 'service: github', github, 'GET https://api.github.com/user', 'octocat'],
    ['GitHub with a key', 'service: github, grant: api_key', github, 'GET https://api.github.com/user', 'octocat'],
    [
      'GitHub Enterprise',
      'service: github, grant: api_key, url: "https://github.lab.example"',
      github,
      'GET https://github.lab.example/api/v3/user',
      'octocat',
    ],
    ['GitLab', 'service: gitlab', gitlab, 'GET https://gitlab.com/api/v4/user', 'john_smith'],
    [
      'GitLab of one’s own',
      'service: gitlab, issuer: "https://git.lab.example"',
      gitlab,
      'GET https://git.lab.example/api/v4/user',
      'john_smith',
    ],
    ['Bitbucket', 'service: bitbucket', bitbucket, 'GET https://api.bitbucket.org/2.0/user', 'Evzija Kim'],
    [
      'Azure DevOps',
      `service: azure-devops, ${azureTenant}`,
      profile,
      'GET https://app.vssps.visualstudio.com/_apis/profile/profiles/me?api-version=7.1',
      'fabrikamfiber4@hotmail.com',
    ],
    [
      'an Azure DevOps Server',
      'service: azure-devops, grant: api_key, url: "https://tfs.lab.example/tfs"',
      connection,
      'GET https://tfs.lab.example/tfs/_apis/connectionData?api-version=7.1-preview',
      'Jamal Hartnett',
    ],
    [
      'Google',
      'service: google',
      google,
      'GET https://openidconnect.googleapis.com/v1/userinfo',
      'janedoe@example.com',
    ],
  ])('of %s is one call with the token, and tells whose it is', async (_name, account, body, request, who) => {
    const client = account.includes('api_key') ? '' : ', client_id: c';
    const { asked, verdict } = await checked(`${account}${client}`, body);
    expect(asked).toEqual([{ request, authorization: 'Bearer the-token' }]);
    expect(verdict).toEqual({ kind: 'accepted', who });
  });

  it.each(['oidc', 'auth0', 'okta'])('of %s is the userinfo that its server names', async (service) => {
    const lines = `service: ${service}, issuer: "https://id.lab.example", client_id: c`;
    const { asked, verdict } = await checked(lines, claims, 'https://id.lab.example/me/');
    expect(asked).toEqual([{ request: 'GET https://id.lab.example/me/', authorization: 'Bearer the-token' }]);
    expect(verdict).toEqual({ kind: 'accepted', who: 'j.doe' });
  });

  it('of a server that signs its userinfo shows that the token is good, and names nobody', async () => {
    const lines = 'service: oidc, issuer: "https://id.lab.example", client_id: c';
    const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqLmRvZSJ9.c2lnbmF0dXJl';
    const { verdict } = await checked(lines, jwt, 'https://id.lab.example/me');
    expect(verdict).toEqual({ kind: 'accepted', who: undefined });
    const { verdict: portal } = await checked(
      lines,
      '<html>sign in to this network</html>',
      'https://id.lab.example/me',
    );
    expect(portal).toMatchObject({ kind: 'failed', failure: { code: 'temporarily_unavailable' } });
  });

  it('of a server that names no userinfo is none', async () => {
    const lines = 'service: oidc, issuer: "https://id.lab.example", client_id: c';
    expect(await checked(lines, claims)).toEqual({ asked: [], verdict: undefined });
  });
});
