import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createGitSandbox, type GitSandbox } from '../../support/git-sandbox.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { signIn } from '../../support/sign-in.ts';

const projects = (family: string) => `${family}: ["tools.example/org/My%20Project/*"]`;
const rest = (family: string) => `${family}: [tools.example/org/*]`;
const families = ['git', 'go', 'cargo', 'pip', 'curl'];

describe('two accounts at one server, signed in as two people', () => {
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let git: GitSandbox;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    server = await startAuthorizationServer();
    keytray = await createKeytray();
    const account = (id: string, lists: readonly string[]) =>
      `  ${id}: { service: oidc, issuer: '${server.issuer}', client_id: keytray, store: memory, ${lists.join(', ')} }\n`;
    await keytray.configure(`accounts:
${account('lab@one', ['git: [git.example]'])}${account('lab@two', ['git: [git.example]'])}${account('project', families.map(projects))}${account('rest', families.map(rest))}`);
    await keytray.startAgent();
    for (const [id, login] of Object.entries({ 'lab@one': 'ada', 'lab@two': 'grace', project: 'pia', rest: 'ron' })) {
      expect(await signIn(keytray, id, login)).toMatchObject({ state: 'succeeded' });
      tokens[id] = (await keytray.api.token(id, {})).access_token ?? '';
    }
    git = await createGitSandbox({ env: { KEYTRAY_SOCKET: keytray.socket } });
    await git.git('config', '--global', 'credential.helper', program('git-credential-keytray'));
    await git.git('config', '--global', 'credential.useHttpPath', 'true');
  });
  afterAll(async () => {
    await git?.close();
    await keytray?.close();
    await server?.close();
  });

  /** Whose token git gets for a URL, or what it was told. */
  const filled = async (url: string): Promise<string> => {
    const { stdout, stderr } = await git.run(['credential', 'fill'], { input: `url=${url}\n` });
    const password = /^password=(.*)$/m.exec(stdout)?.[1];
    return Object.keys(tokens).find((id) => tokens[id] === password) ?? stderr.trim().split('\n')[0] ?? '';
  };

  it.each([
    ['a name', 'https://ada@git.example/a/b', 'lab@one'],
    ['an address', 'https://grace%40demo.example@git.example/a/b', 'lab@two'],
    ['a label', 'https://two@git.example/a/b', 'lab@two'],
  ])('%s in the URL chooses', async (_what, url, id) => {
    expect(await filled(url)).toBe(id);
  });

  it('and where nothing chooses, the hint gives URLs that do', async () => {
    expect(await filled('https://bob@git.example/a/b')).toBe(
      'keytray: lab@one, lab@two all answer for this repository of git.example; bob is none of them; ' +
        'write which into the URL: https://one@git.example/ or https://two@git.example/',
    );
  });

  it.each([
    ['https://tools.example/org/My%20Project/_git/repo', 'project'],
    ['https://tools.example/org/Other/_git/repo', 'rest'],
  ])('git asks for %s and gets the token of %s', async (url, id) => {
    expect(await filled(url)).toBe(id);
  });

  it.each([
    ['go', ['get', 'https://tools.example/org/My%20Project/mod']],
    ['curl', ['config', 'https://tools.example/org/My%20Project/file']],
    ['pip', ['get', 'https://tools.example/org/My%20Project/simple', 'oauth2']],
  ])('%s asks with the path encoded and gets the token of the narrower list', async (protocol, args) => {
    const { stdout } = await keytray.run(['helper', protocol, ...args]);
    expect(stdout).toContain(tokens.project);
    expect(stdout).not.toContain(tokens.rest);
  });

  it('cargo asks so too, and with its index in a folder that is encoded', async () => {
    const registry = { 'index-url': 'sparse+https://tools.example/org/My%20Project/index/', name: 'lab' };
    const input = `${JSON.stringify({ v: 1, registry, kind: 'get', operation: 'read' })}\n`;
    const { stdout } = await keytray.run(['helper', 'cargo', 'get'], { input });
    expect(stdout).toContain(tokens.project);
  });
});
