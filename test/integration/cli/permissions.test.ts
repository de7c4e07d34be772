import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Datadog, startDatadog } from '../../support/vendors/datadog/datadog.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let dataiku: Dataiku;
let datadog: Datadog;
let scene: GrantScene;
let sandbox: CliSandbox;
let closeSocket: () => PromiseLike<void>;

beforeAll(async () => {
  [dataiku, datadog] = await Promise.all([startDataiku(), startDatadog()]);
  const settings = `settings: { org_uuid: "${datadog.orgUuid}" }`;
  scene = new GrantScene(`accounts:
  mine: { service: dataiku, url: "${dataiku.url}" }
  root: { service: dataiku, url: "${dataiku.url}" }
  project: { service: dataiku, url: "${dataiku.url}", settings: { scope: project, project: MYPROJ } }
  cloud: { service: datadog, url: "${datadog.url}", ${settings}, aws_credentials: { account: lab, role: "arn:aws:iam::123456789012:role/mapped" } }
  local: { service: datadog, url: "${datadog.url}", ${settings}, aws_credentials: { env: true } }
  keys: { service: datadog, url: "${datadog.url}", grant: api_key }
  lab: { service: oauth, client_id: x, authorization_endpoint: "${datadog.url}/a", token_endpoint: "${datadog.url}/t" }
`);
  await scene.broker.start();
  await scene.enter({ api_key: knownKeys.personal }, 'mine');
  await scene.enter({ api_key: knownKeys.admin }, 'root');
  await scene.enter({ api_key: knownKeys.project }, 'project');
  await scene.enter({ api_key: datadog.keys.apiKey, app_key: datadog.keys.appKey }, 'keys');
  const socket = await startBrokerSocket(scene.broker);
  closeSocket = () => socket[Symbol.asyncDispose]();
  sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await closeSocket();
  await scene.close();
  await Promise.all([dataiku.close(), datadog.close()]);
});

const rowsOf = async (...args: readonly string[]) => {
  const { status, stdout, stderr } = await sandbox.run(['permissions', ...args, '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { rows } = JSON.parse(stdout) as { rows: { object: string; permission: string; answer: string }[] };
  return rows.map(({ object, permission, answer }) => `${object}: ${permission}: ${answer}`);
};

describe('keytray permissions at Dataiku', () => {
  it('tells a no from what only administrators are told', async () => {
    row('D12');
    expect(await rowsOf('mine')).toEqual([
      'instance: administer: no',
      'instance: create projects: unknown',
      'MYPROJ: read: yes',
      'OTHER: read: yes',
    ]);
    expect(await rowsOf('root')).toContain('instance: administer: yes');
  });

  it('asks about a project, and what it does not name is not taken for a bad key', async () => {
    expect(await rowsOf('mine', 'MYPROJ', 'My project')).toEqual([
      'MYPROJ: read: yes',
      'MYPROJ: list datasets: yes',
      'My project: read: no',
      'My project: list datasets: no',
    ]);
    expect(await scene.state('mine')).toBe('active');
    const { stdout } = await sandbox.run(['permissions', 'mine', 'NOPROJ']);
    expect(stdout).toContain('the project does not exist, or the key may not read it');
  });

  it('asks about items all at once, and changes nothing', async () => {
    row('D11');
    const before = dataiku.to('/public/api/permissions/actions/check-objects').length;
    expect(await rowsOf('mine', 'MYPROJ/DATASET/orders', 'MYPROJ/SAVED_MODEL/churn')).toEqual([
      'MYPROJ/DATASET/orders: read: yes',
      'MYPROJ/DATASET/orders: write: yes',
      'MYPROJ/SAVED_MODEL/churn: read: yes',
      'MYPROJ/SAVED_MODEL/churn: write: no',
    ]);
    expect(dataiku.to('/public/api/permissions/actions/check-objects')).toHaveLength(before + 1);
    expect(await sandbox.run(['permissions', 'mine', 'MYPROJ/DATASET'])).toMatchObject({ status: 2 });
  });

  it('asks with a key of one project about that project, and a test says what the key is for', async () => {
    row('D1');
    expect(await rowsOf('project')).toEqual(['MYPROJ: read: yes', 'MYPROJ: list datasets: yes']);
    expect((await sandbox.run(['test', 'project'])).stdout).toContain('for project MYPROJ');
  });

  it('keeps an answer for ten minutes, and asks once for all who ask', async () => {
    const before = dataiku.requests.length;
    const question = { objects: ['OTHER'] };
    const views = await Promise.all(
      Array.from({ length: 20 }, () => scene.broker.permissions('root', question, caller)),
    );
    expect(dataiku.requests).toHaveLength(before + 2);
    scene.clock.step(599_000);
    expect((await scene.broker.permissions('root', question, caller)).as_of).toBe(views[0]?.as_of);
    scene.clock.step(2_000);
    expect((await scene.broker.permissions('root', question, caller)).as_of).not.toBe(views[0]?.as_of);
  });

  it('says that a service tells nothing', async () => {
    expect(await sandbox.run(['permissions', 'lab'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('does not tell what a credential may do'),
    });
  });
});

describe('keytray permissions at Datadog', () => {
  it('lists the mappings with another account’s keys, and which of them is ours', async () => {
    row('G16');
    expect(await rowsOf('cloud', '--with', 'keys')).toEqual([
      'arn:aws:sts::123456789012:assumed-role/mapped/keytray: be mapped: yes',
      'arn:aws:sts::123456789012:assumed-role/mapped/*: act as robot@example.com: yes',
    ]);
    expect(datadog.to('/api/v2/delegated-token')).toHaveLength(0);
  });

  it('does not know who the credentials of an environment are, and asks nobody at AWS', async () => {
    expect(await rowsOf('local', '--with', 'keys')).toEqual([
      'own AWS identity: be mapped: unknown',
      'arn:aws:sts::123456789012:assumed-role/mapped/*: act as robot@example.com: unknown',
    ]);
    expect(datadog.sts.requests).toHaveLength(0);
  });

  it('sends the keys to the site they belong to only', async () => {
    expect(await failureOf(scene.broker.permissions('cloud', { objects: [] }, caller))).toMatchObject({
      code: 'invalid_request',
    });
    expect(await sandbox.run(['permissions', 'cloud', '--with', 'mine'])).toMatchObject({ status: 2 });
    expect(await sandbox.run(['permissions', 'cloud', '--with', 'nobody'])).toMatchObject({ status: 8 });
  });
});
