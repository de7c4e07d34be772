import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let instance: Dataiku;
let scene: GrantScene;
let sandbox: CliSandbox;
let closeSocket: () => PromiseLike<void>;

beforeAll(async () => {
  instance = await startDataiku();
  const config = `accounts:\n  dataiku@prod: { service: dataiku, url: "${instance.url}" }\n`;
  scene = new GrantScene(config);
  await scene.broker.start();
  await scene.enter({ api_key: knownKeys.personal }, 'dataiku@prod');
  const socket = await startBrokerSocket(scene.broker);
  closeSocket = () => socket[Symbol.asyncDispose]();
  sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await closeSocket();
  await scene.close();
  await instance.close();
});

const info = '/public/api/auth/info';
const shown = ['sh', '-c', 'echo "$DATAIKU_HOST $DKU_API_TICKET"'];

describe('keytray exec --test', () => {
  it('asks the service first, and then runs the command', async () => {
    row('D6');
    const before = instance.to(info).length;
    expect(await sandbox.run(['exec', '--test', 'dataiku@prod', '--', ...shown])).toMatchObject({
      status: 0,
      stdout: `${instance.url} \n`,
      stderr: '',
    });
    expect(instance.to(info)).toHaveLength(before + 1);
  });

  it('runs nothing where the service refuses the credential, and says why', async () => {
    const unknown = 'com.dataiku.dip.exceptions.NotAuthenticatedException';
    const body = { errorType: unknown, message: 'Unknown API Key' };
    instance.faults.add(info, { kind: 'reply', status: 401, body });
    expect(await sandbox.run(['exec', '--test', 'dataiku@prod', '--', ...shown])).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining('Dataiku does not know this key'),
    });
  });

  it('is not what exec does by itself', async () => {
    const before = instance.requests.length;
    await sandbox.run(['exec', 'dataiku@prod', '--', ...shown]);
    expect(instance.requests).toHaveLength(before);
  });
});

describe('the ticket of a job', () => {
  it('is passed on, and said to win', async () => {
    row('D4');
    const result = await sandbox.run(['exec', 'dataiku@prod', '--', ...shown], { env: { DKU_API_TICKET: 'ticket-1' } });
    expect(result).toMatchObject({ status: 0, stdout: `${instance.url} ticket-1\n` });
    expect(result.stderr).toBe(
      'keytray: DKU_API_TICKET is set and passed on: clients of Dataiku use it, not the key\n',
    );
  });
});
