import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { readServiceDocument } from '../../support/document-recipes.ts';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { type Athena, listDeployments, startAthena } from '../../support/vendors/athena/athena.ts';

const document = readServiceDocument('athena');

/** Stands for Resolver's client: what it posts (JSON, its own client ID and secret), and the header it sends. */
const standIn = `
import json, urllib.request

class CredentialHelper:
    def __init__(self, client_id, client_secret, auth_url, audience):
        self.body = {"client_id": client_id, "client_secret": client_secret, "audience": audience}
        self.auth_url = auth_url

    def get_token(self):
        body = json.dumps({**self.body, "grant_type": "client_credentials"}).encode()
        asked = urllib.request.Request(self.auth_url, body, {"Content-Type": "application/json"})
        answer = json.load(urllib.request.urlopen(asked))
        return answer["token_type"] + " " + answer["access_token"] + " " + repr(answer["expires_in"] > 0 and "scope" in answer)

async def create_channel_with_credentials(host, credential_helper):
    return host + " " + credential_helper.get_token()

def create_channel(host, auth_token):
    return host + " " + auth_token
`;

describe('docs/services/athena.md', () => {
  let athena: Athena;
  let keytray: Keytray;
  let work: string;

  beforeAll(async () => {
    athena = await startAthena();
    const { service, tokens, authority } = athena;
    keytray = await createKeytray();
    work = path.join(keytray.folder, 'work');
    await mkdir(path.join(work, 'resolver_athena_client', 'client'), { recursive: true });
    await writeFile(path.join(work, 'resolver_athena_client', 'client', 'channel.py'), standIn);
    await symlink(path.join(repository, 'node_modules'), path.join(work, 'node_modules'));
    const common = `service: athena, store: memory, tls: { ca: "${authority.file}" }`;
    const client = `${common}, client_id: ${tokens.client.id}, token_endpoint: "${tokens.tokenEndpoint}"`;
    const host = `host: "${service.host}"`;
    await keytray.configure(`accounts:
  athena: { ${client}, settings: { ${host}, deployment_id: d-1, affiliate: lab-affiliate }, env: { ATHENA_DEPLOYMENT_ID: settings.deployment_id } }
  athena@dev: { ${client}, audience: crisp-athena-dev, settings: { ${host} } }
  athena@qa: { ${client}, audience: crisp-athena-qa, settings: { ${host} } }
  athena@none: { ${client}, audience: crisp-athena-none, settings: { ${host} } }
  athena@nowhere: { ${client}, settings: { host: "127.0.0.1:9" } }
  athena@static: { ${common}, grant: api_key, settings: { ${host} } }
`);
    await keytray.startAgent();
  });
  afterAll(async () => {
    await keytray?.close();
    await athena?.close();
  });

  const secret = (): string => athena.tokens.client.secret;
  const run = (args: readonly string[], line = '') => keytray.run(args, { input: `${line}\n` });
  /** What the command says is what the document quotes. */
  const expectQuoted = async (
    quoted: string,
    args: readonly string[],
    { line = '', status }: { readonly line?: string; readonly status: number },
  ): Promise<void> => {
    const { status: ended, stdout, stderr } = await run(args, line);
    expect({ ended, said: stdout + stderr }).toEqual({ ended: status, said: expect.stringContaining(quoted) });
    expect(document.text).toContain(`\`${quoted}\``);
  };
  /** A recipe as it stands in the document, in a folder with the packages it imports. */
  const follow = async (heading: string, file: string) => {
    const language = file.endsWith('.mjs') ? 'js' : 'python';
    await writeFile(path.join(work, file), document.recipe(heading, language));
    const env = {
      ...keytray.env,
      PATH: `${path.dirname(program('keytray'))}:${path.dirname(process.execPath)}:${process.env.PATH}`,
      PYTHONPATH: work,
      // As a company's own authority is told to gRPC.
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: athena.authority.file,
    };
    return await runToEnd('sh', ['-c', document.recipe(heading, 'sh')], { env, cwd: work });
  };
  const tokenOf = async (account: string): Promise<string> => (await run(['token', account])).stdout.trim();

  it('quotes what is said of a wrong secret and of a wrong audience', async () => {
    row('A11', 'A12', 'A13');
    const wrong = 'Auth0 does not accept the client ID or the client secret; nothing was stored';
    await expectQuoted(wrong, ['login', 'athena'], { line: 'wrong', status: 5 });
    const line = secret();
    const none = 'Auth0 has no API for the audience crisp-athena-none; nothing was stored';
    await expectQuoted(none, ['login', 'athena@none'], { line, status: 2 });
    const qa = 'the client has no grant for the audience crisp-athena-qa; nothing was stored';
    await expectQuoted(qa, ['login', 'athena@qa'], { line, status: 2 });
  });

  it('quotes what is said of another deployment, and of a host that does not answer', async () => {
    row('A10', 'A11');
    for (const id of ['athena@dev', 'athena@nowhere']) {
      expect(await run(['login', id], secret())).toMatchObject({ status: 0 });
    }
    await expectQuoted('does not accept the credential', ['test', 'athena@dev'], { status: 5 });
    await expectQuoted('does not answer', ['test', 'athena@nowhere'], { status: 6 });
  });

  it('has a minute that works: one token for the sign-in, the test and every program', async () => {
    row('A1', 'A2', 'A6', 'A17');
    const before = athena.tokens.issued.length;
    expect(await run(['login', 'athena'], secret())).toMatchObject({ status: 0 });
    const token = await tokenOf('athena');
    const tested = await run(['test', 'athena']);
    expect(tested.stdout).toContain(`${token.length} characters`);
    expect(tested.stdout).not.toContain(token);
    expect(athena.service.calls.at(-1)).toMatchObject({ path: listDeployments, authorization: `Bearer ${token}` });
    expect(athena.tokens.issued.slice(before)).toEqual([token]);
  });

  it('has a recipe for the client for Python, which is given no secret and the token of all', async () => {
    row('A4', 'A7');
    const before = athena.tokens.issued.length;
    const token = await tokenOf('athena');
    expect(await follow('Python', 'classify.py')).toEqual({
      status: 0,
      stdout: `${athena.service.host} Bearer ${token} True\n`,
      stderr: '',
    });
    expect(athena.tokens.issued.length).toBe(before);
    const print = 'import os, json; print(json.dumps(dict(os.environ)))';
    const { stdout } = await run(['exec', 'athena', '--', 'python3', '-c', print]);
    expect(stdout).not.toContain(secret());
    expect(stdout).not.toContain(token);
    expect(JSON.parse(stdout)).toMatchObject({ ATHENA_AFFILIATE: 'lab-affiliate', ATHENA_DEPLOYMENT_ID: 'd-1' });
  });

  it('quotes what the local endpoint says of another audience', async () => {
    const ask = `import os, urllib.request, urllib.error
try:
    urllib.request.urlopen(os.environ["OAUTH_AUTH_URL"], b"grant_type=client_credentials&audience=other")
except urllib.error.HTTPError as refusal:
    print(refusal.code, refusal.read().decode())`;
    const quoted = 'this endpoint gives tokens for the audience of its account only';
    await expectQuoted(quoted, ['exec', 'athena', '--', 'python3', '-c', ask], { status: 0 });
  });

  it('has a recipe for Node, where gRPC asks for a token with every call', async () => {
    row('A19');
    const ran = await follow('Node', 'deployments.mjs');
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain('lab-deployment');
    expect(athena.service.calls.at(-1)).toMatchObject({
      path: listDeployments,
      authorization: `Bearer ${await tokenOf('athena')}`,
      code: 0,
    });
  });

  it('has a recipe for a static token, and quotes what is said of one that has ended', async () => {
    row('A5');
    const { token: ended } = await athena.tokens.mint.mint(
      { sub: 'x', aud: 'crisp-athena-live' },
      10,
      Date.now() - 60_000,
    );
    const { status, stderr } = await run(['login', 'athena@static'], ended);
    expect({ status, said: stderr }).toEqual({
      status: 5,
      said: expect.stringMatching(/the key ended on \d{4}-\d\d-\d\d; nothing was stored/),
    });
    expect(document.text).toContain('`the key ended on DATE; nothing was stored`');
    const token = await tokenOf('athena');
    expect(await run(['login', 'athena@static'], token)).toMatchObject({ status: 0 });
    expect(await follow('A static token', 'static.py')).toEqual({
      status: 0,
      stdout: `${athena.service.host} ${token}\n`,
      stderr: '',
    });
    await expectQuoted('no client named', ['migrate', 'athena@static', '--to', 'oauth'], { status: 2 });
  });

  it('says that a secret which was replaced elsewhere is a matter of the configuration, and takes the new one', async () => {
    row('A9');
    athena.tokens.client.secret = 'another-client-secret-0123456789';
    expect(await run(['token', 'athena', '--force'])).toMatchObject({ status: 2, stdout: '' });
    expect(await keytray.api.account('athena')).toMatchObject({ state: 'degraded', reason: 'misconfigured' });
    expect(await run(['login', 'athena', '--renew'], secret())).toMatchObject({ status: 0 });
    expect(await keytray.api.account('athena')).toMatchObject({ state: 'active' });
  });
});
