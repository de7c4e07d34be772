import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { readServiceDocument } from '../../support/document-recipes.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { badGateway, type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

const document = readServiceDocument('dataiku');

/** Stands for Dataiku's client, which is in no registry of the tests: the calls of the recipes, sent as it sends them. */
const standIn = `
import base64, json, urllib.request

class _Client:
    def __init__(self, host, key):
        self.host = host.rstrip("/")
        self.basic = "Basic " + base64.b64encode((key + ":").encode()).decode()

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.host + path, data, {"Authorization": self.basic}, method=method)
        return json.load(urllib.request.urlopen(asked))

class DSSClient(_Client):
    def list_project_keys(self):
        return [project["projectKey"] for project in self._ask("GET", "/dip/publicapi/projects/")]

class APINodeClient(_Client):
    def __init__(self, uri, service, api_key=None):
        super().__init__(uri, api_key)
        self.service = service

    def predict_record(self, endpoint, features):
        return self._ask("POST", "/public/api/v1/" + self.service + "/" + endpoint + "/predict", {"features": features})
`;

describe('docs/services/dataiku.md', () => {
  let instance: Dataiku;
  let strange: Dataiku;
  let keytray: Keytray;
  let work: string;

  beforeAll(async () => {
    [instance, strange] = await Promise.all([startDataiku(), startDataiku({ tls: 'good' })]);
    instance.switches.services.set('churn', 'basic_user');
    keytray = await createKeytray();
    work = path.join(keytray.folder, 'work');
    await mkdir(path.join(work, 'dataikuapi'), { recursive: true });
    await writeFile(path.join(work, 'dataikuapi', '__init__.py'), standIn);
    const common = `url: "${instance.url}", store: memory`;
    await keytray.configure(`accounts:
  dataiku@prod: { service: dataiku, ${common}, environment: production, curl: ["${new URL(instance.url).host}"] }
  dataiku@dev: { service: dataiku, ${common}, environment: dev }
  dataiku@project: { service: dataiku, ${common}, settings: { scope: project, project: MYPROJ } }
  dataiku@strange: { service: dataiku, url: "${strange.url}", store: memory }
  dataiku-apinode@churn: { service: dataiku-apinode, ${common}, settings: { service_id: churn } }
`);
    await keytray.startAgent();
  });
  afterAll(async () => {
    await keytray?.close();
    await Promise.all([instance?.close(), strange?.close()]);
  });

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
  /** A recipe as it stands in the document, at the address of the emulator. */
  const follow = async (heading: string, file?: string) => {
    const here = (text: string): string => text.replaceAll('https://dss.acme.example', instance.url);
    if (file !== undefined) await writeFile(path.join(work, file), here(document.recipe(heading, 'python')));
    const env = { ...keytray.env, PATH: `${path.dirname(program('keytray'))}:${process.env.PATH}`, PYTHONPATH: work };
    const shell = (): string => here(document.recipe(heading, 'sh'));
    const [command, ...args] =
      file !== undefined && !document.text.includes(`python3 ${file}`) ? ['python3', file] : ['sh', '-c', shell()];
    return await runToEnd(command, args, { env, cwd: work });
  };

  it.each([
    [
      'Dataiku does not know this key: it was deleted, has expired, or was not copied whole; nothing was stored',
      knownKeys.expired,
      5,
    ],
    ['the API key has a space in it; copy it again, and only it', `${knownKeys.personal} x`, 2],
    ['this is an address; enter the key itself', 'https://dss.acme.example', 2],
  ])('quotes what is said of a key that is none: %s', async (quoted, line, status) => {
    row('D22');
    await expectQuoted(quoted, ['login', 'dataiku@prod'], { line, status });
  });

  it('quotes what is said of an address that is none, of one that is down, and of an unknown authority', async () => {
    row('D22');
    const asked = ['login', 'dataiku@prod'];
    const line = knownKeys.personal;
    instance.faults.add(/auth/, { kind: 'reply', status: 404, body: '<html>' });
    await expectQuoted('there is no Dataiku at this address; nothing was stored', asked, { line, status: 2 });
    instance.faults.add(/auth/, badGateway, 3);
    const down = 'the Dataiku instance does not answer the server in front of it';
    await expectQuoted(down, asked, { line, status: 6 });
    instance.faults.clear();
    const { stderr } = await run(['login', 'dataiku@strange'], line);
    const host = new URL(strange.url).host;
    expect(stderr).toContain(`the certificate of ${host} is not trusted`);
    expect(document.text).toContain('`the certificate of HOST is not trusted`');
  });

  it('says what each key is for, as keytray test does', async () => {
    row('D1');
    const keys = { prod: 'personal', dev: 'admin', project: 'project' } as const;
    for (const [label, kind] of Object.entries(keys)) {
      expect(await run(['login', `dataiku@${label}`], knownKeys[kind])).toMatchObject({ status: 0 });
    }
    expect((await run(['test', 'dataiku@prod'])).stdout).toMatch(/works as kim, \d+ ms, 31 characters, no known end/);
    expect((await run(['test', 'dataiku@project'])).stdout).toContain('for project MYPROJ');
    expect((await run(['permissions', 'dataiku@project'])).stdout).not.toContain('instance');
    expect((await run(['permissions', 'dataiku@prod', 'MYPROJ/DATASET/orders'])).stdout).toMatch(/write +yes/);
  });

  it('quotes what is said of a project, of administrators, of days and of two instances', async () => {
    const project = 'the project does not exist, or the key may not read it: Dataiku does not say which';
    await expectQuoted(project, ['permissions', 'dataiku@prod', 'My project'], { status: 0 });
    expect(await keytray.api.account('dataiku@prod')).toMatchObject({ state: 'active' });
    const all = ['api-keys', 'list', 'dataiku@prod', '--all-users'];
    await expectQuoted('Dataiku allows this to administrators only', all, { status: 5 });
    const days = ['api-keys', 'create', 'dataiku@prod', 'ci', '--days', '30'];
    await expectQuoted('Dataiku sets no end of a key by its API', days, { status: 2 });
    const both = ['exec', 'dataiku@prod,dataiku@dev', '--', 'true'];
    await expectQuoted('dataiku@prod and dataiku@dev both set DATAIKU_HOST', both, { status: 125 });
  });

  it('quotes what is said inside a job', async () => {
    row('D4');
    keytray.env.DKU_API_TICKET = instance.ticket;
    const ticket = 'DKU_API_TICKET is set and passed on: clients of Dataiku use it, not the key';
    await expectQuoted(ticket, ['exec', 'dataiku@prod', '--', 'true'], { status: 0 });
    delete keytray.env.DKU_API_TICKET;
  });

  it.each([
    ['A script', 'job.py', "['MYPROJ', 'OTHER']\n"],
    ['Two instances in one program', 'copy.py', "['MYPROJ', 'OTHER'] ['MYPROJ', 'OTHER']\n"],
    ['A service that runs for weeks', 'service.py', "['MYPROJ', 'OTHER']\n"],
  ])('has a recipe that works: %s', async (heading, file, stdout) => {
    row('D5', 'D23');
    expect(await follow(heading, file)).toEqual({ status: 0, stdout, stderr: '' });
    expect(instance.presented.at(-1)).toBe('basic_user');
  });

  it('has a recipe for a program that holds no key, which may do no more than is allowed', async () => {
    expect(await follow('A program that should hold no key', 'read.py')).toMatchObject({
      status: 0,
      stdout: "['MYPROJ', 'OTHER']\n",
    });
    const more = "import os; print(os.environ.get('DKU_API_KEY'))";
    const ran = await run(['proxy', 'dataiku@prod', '--', 'python3', '-c', more]);
    expect(ran).toMatchObject({ status: 0, stdout: 'None\n' });
  });

  it('has recipes for curl and for an API node', async () => {
    const { status, stdout } = await follow('curl');
    expect({ status, keys: JSON.parse(stdout) }).toEqual({
      status: 0,
      keys: [expect.objectContaining({ projectKey: 'MYPROJ' }), expect.anything()],
    });
    expect(await run(['login', 'dataiku-apinode@churn'], knownKeys.global)).toMatchObject({ status: 0 });
    expect(await follow('An API node', 'score.py')).toMatchObject({ status: 0, stderr: '' });
  });

  it('has a recipe for the clients that read nothing but their file', async () => {
    row('D25');
    expect(await follow('R, VS Code, PyCharm')).toMatchObject({ status: 0 });
    const file = path.join(keytray.folder, 'home', '.dataiku', 'config.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      dss_instances: { prod: { url: instance.url, api_key: knownKeys.personal } },
    });
  });

  it('quotes what is said of too many calls, by which no key is lost', async () => {
    row('D20');
    instance.faults.add(/auth/, {
      kind: 'reply',
      status: 429,
      headers: { 'retry-after': '60' },
      body: { message: 'x' },
    });
    await expectQuoted('asks to wait: too many requests', ['test', 'dataiku@prod'], { status: 6 });
    expect(await run(['token', 'dataiku@prod'])).toMatchObject({ status: 0, stdout: `${knownKeys.personal}\n` });
  });
});
