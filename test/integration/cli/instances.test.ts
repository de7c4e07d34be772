import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import type { Timer } from '../../../core/ports.ts';
import { row } from '../../rows/row.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Athena, startAthena } from '../../support/vendors/athena/athena.ts';
import { startBlackHole } from '../../support/vendors/black-hole.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

/** Its timers run fifteen times as fast: a server that says nothing is given up after one second. */
class HastyClock extends SystemClock {
  override after(ms: number, run: () => void): Timer {
    return super.after(ms / 15, run);
  }
}

/** Each wrong in one way for an account that trusts the authority; the last one for an account that trusts none. */
const wrong = {
  expired: 'the certificate of HOST has expired',
  'wrong-name': 'the certificate of HOST is for another host',
  'self-signed': 'the certificate of HOST is not trusted: the server signed it itself',
  stranger: 'the certificate of HOST is not trusted',
} as const;
const faults = Object.keys(wrong) as readonly (keyof typeof wrong)[];

let dev: Dataiku;
let faulty: readonly Dataiku[];
let hole: Awaited<ReturnType<typeof startBlackHole>>;
let prod: Dataiku;
let athena: Athena;
let scene: GrantScene;
let sandbox: CliSandbox;
let closeSocket: () => PromiseLike<void>;

beforeAll(async () => {
  [dev, prod, athena] = await Promise.all([startDataiku(), startDataiku({ tls: 'good' }), startAthena()]);
  faulty = await Promise.all(
    (['expired', 'wrong_name', 'self_signed', 'good'] as const).map((tls) => startDataiku({ tls })),
  );
  hole = await startBlackHole();
  const { service, tokens, authority } = athena;
  const trusts = (fault: string, file = '') => (fault === 'stranger' ? '' : `, tls: { ca: "${file}" }`);
  const overTls = faults.map((fault, at) => {
    const { url = '', authority: signer } = faulty[at] ?? {};
    return `  dataiku@${fault}: { service: dataiku, url: "${url}"${trusts(fault, signer?.file)} }\n`;
  });
  const config = `accounts:
  dataiku@dev: { service: dataiku, url: "${dev.url}", environment: dev, settings: { timeout: "30" } }
  dataiku@prod: { service: dataiku, url: "${prod.url}", environment: production, tls: { ca: "${prod.authority?.file}" } }
  dataiku@gone: { service: dataiku, url: "https://nope.invalid" }
  dataiku@hole: { service: dataiku, url: "http://127.0.0.1:${hole.port}" }
  athena: { service: athena, client_id: ${tokens.client.id}, token_endpoint: "${tokens.tokenEndpoint}", settings: { host: "${service.host}", deployment_id: d-1, affiliate: acme }, env: { ATHENA_DEPLOYMENT_ID: settings.deployment_id }, tls: { ca: "${authority.file}" } }
${overTls.join('')}`;
  // Own calls wait between their tries.
  scene = new GrantScene(config, { clock: new HastyClock() });
  await scene.broker.start();
  await scene.enter({ api_key: knownKeys.personal }, 'dataiku@dev');
  await scene.enter({ api_key: knownKeys.admin }, 'dataiku@prod');
  for (const fault of ['gone', 'hole', ...faults])
    await scene.enter({ api_key: 'never-tried' }, `dataiku@${fault}`, { unchecked: true });
  await scene.enter({ client_secret: tokens.client.secret }, 'athena');
  const socket = await startBrokerSocket(scene.broker);
  closeSocket = () => socket[Symbol.asyncDispose]();
  sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await closeSocket();
  await scene.close();
  await Promise.all([dev, prod, athena, hole, ...faulty].map((server) => server.close()));
});

const printed = 'console.log(JSON.stringify(process.env))';
async function environmentOf(...words: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { status, stdout } = await sandbox.run(['exec', ...words, '--', process.execPath, '-e', printed]);
  expect(status).toBe(0);
  return JSON.parse(stdout) as Record<string, string>;
}

describe('an instance of Dataiku', () => {
  it('gives a program address and key under the names that scripts and its clients read', async () => {
    row('D5');
    expect(await environmentOf('dataiku@dev')).toMatchObject({
      DATAIKU_HOST: dev.url,
      DATAIKU_API_KEY: knownKeys.personal,
      DKU_DSS_URL: dev.url,
      DKU_API_KEY: knownKeys.personal,
    });
    const { stdout } = await sandbox.run(['env', 'dataiku@dev']);
    expect(stdout).toContain(`export DATAIKU_API_KEY='${knownKeys.personal}'\n`);
  });

  it('with a private authority hands that on to the programs, which verify by it', async () => {
    row('D17');
    const env = await environmentOf('dataiku@prod');
    const { file } = prod.authority ?? { file: '' };
    expect(env).toMatchObject({ REQUESTS_CA_BUNDLE: file, SSL_CERT_FILE: file, NODE_EXTRA_CA_CERTS: file });
    const ask = `fetch(process.env.DATAIKU_HOST + '/public/api/auth/info', { headers: { authorization: 'Bearer ' + process.env.DATAIKU_API_KEY } }).then((r) => console.log(r.status))`;
    const { stdout } = await sandbox.run(['exec', 'dataiku@prod', '--', process.execPath, '-e', ask]);
    expect(stdout).toBe('200\n');
  });

  it('stands beside another one in the same program, each under a prefix', async () => {
    row('D14', 'D15', 'D23');
    const prefixes = ['--prefix', 'dataiku@dev=DATAIKU_DEV_', '--prefix', 'dataiku@prod=DATAIKU_PROD_'];
    expect(await environmentOf(...prefixes, 'dataiku@dev,dataiku@prod')).toMatchObject({
      DATAIKU_DEV_HOST: dev.url,
      DATAIKU_DEV_API_KEY: knownKeys.personal,
      DATAIKU_DEV_TIMEOUT: '30',
      DATAIKU_DEV_VERIFY_SSL: 'true',
      DATAIKU_PROD_HOST: prod.url,
      DATAIKU_PROD_API_KEY: knownKeys.admin,
    });
  });

  it('under a name that is none is answered with those there are', async () => {
    row('D8');
    const { status, stderr } = await sandbox.run(['exec', 'dataiku@pord', '--', 'true']);
    expect([status, stderr]).toEqual([125, expect.stringContaining('dataiku@dev, dataiku@prod')]);
    expect(await sandbox.run(['token', 'dataiku@pord'])).toMatchObject({ status: 8, stdout: '' });
  });
});

describe('keytray test', () => {
  const info = '/public/api/auth/info';
  const refusal = (status: number, type: string, message: string) =>
    ({ kind: 'reply', status, body: { errorType: `com.dataiku.dip.exceptions.${type}`, message } }) as const;

  it.each([
    ['a key nobody knows', refusal(401, 'NotAuthenticatedException', 'Unknown API Key'), 5, 'does not know this key'],
    ['a key that may not', refusal(403, 'UnauthorizedException', 'Action forbidden'), 5, 'does not allow this'],
    [
      'a page of a proxy',
      { kind: 'reply', status: 502, body: '<h1>Bad gateway</h1>' },
      6,
      'does not answer the server',
    ],
  ] as const)('ends with a status of its own for %s', async (_what, fault, status, words) => {
    row('D22');
    dev.faults.add(info, fault, 9);
    const result = await sandbox.run(['test', 'dataiku@dev']);
    dev.faults.clear();
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(words)]);
  });

  it('ends with 6 where the name leads nowhere', async () => {
    row('D22');
    expect(await sandbox.run(['test', 'dataiku@gone'])).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('nope.invalid'),
    });
  });

  it.each(faults)('says what is wrong with the certificate, and ends with 6: %s', async (fault) => {
    row('D22');
    const { status, stdout, stderr } = await sandbox.run(['test', `dataiku@${fault}`]);
    const { host } = new URL(faulty[faults.indexOf(fault)]?.url ?? '');
    expect([status, stdout]).toEqual([6, '']);
    expect(stderr.split('\n')[0]).toBe(
      `keytray: dataiku@${fault} does not work: ${wrong[fault].replace('HOST', host)}`,
    );
  });

  it('ends with 6 where a server takes the connection and says nothing', async () => {
    row('D22');
    const { status, stderr } = await sandbox.run(['test', 'dataiku@hole']);
    expect([status, stderr]).toEqual([6, expect.stringContaining(`127.0.0.1:${hole.port} did not answer in time`)]);
  });

  it('prints the length of a token and what is left of it, never the token', async () => {
    row('A6');
    const token = athena.tokens.issued.at(-1) ?? 'none';
    const { status, stdout } = await sandbox.run(['test', 'athena']);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/, \d+ characters, .* left\n$/)]);
    expect(stdout).toContain(`${token.length} characters`);
    expect(stdout).not.toContain(token);
  });
});

describe('an account of Athena', () => {
  it('hands on what belongs beside the secret, and not the secret', async () => {
    row('A7', 'A10');
    const env = await environmentOf('athena');
    expect(env).toMatchObject({ ATHENA_DEPLOYMENT_ID: 'd-1', ATHENA_AFFILIATE: 'acme' });
    expect(env).toMatchObject({ ATHENA_HOST: athena.service.host, ATHENA_AUDIENCE: 'crisp-athena-live' });
    expect(Object.values(env)).not.toContain(athena.tokens.client.secret);
  });
});
