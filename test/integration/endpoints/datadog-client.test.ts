import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { row } from '../../rows/row.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { heldInMemory } from '../../support/process-memory.ts';
import { type Datadog, startDatadog } from '../../support/vendors/datadog/datadog.ts';

const program = path.resolve(import.meta.dirname, '../../support/programs/datadog-client.ts');
const report = z.object({
  pid: z.number(),
  team: z.string(),
  environment: z.record(z.string(), z.string()),
  arguments: z.array(z.string()),
  wire: z.array(z.string()),
});

describe("Datadog's own client behind keytray proxy", () => {
  let datadog: Datadog;
  let scene: GrantScene;
  let socket: BrokerSocket;
  let sandbox: CliSandbox;

  beforeAll(async () => {
    datadog = await startDatadog();
    const [mapped] = datadog.principals;
    const config = `accounts:
  datadog: { service: datadog, url: "${datadog.url}", settings: { org_uuid: ${datadog.orgUuid} }, aws_credentials: { env: true } }
  datadog@keys: { service: datadog, grant: api_key, url: "${datadog.url}" }
`;
    const environment = {
      AWS_ACCESS_KEY_ID: mapped.accessKeyId,
      AWS_SECRET_ACCESS_KEY: mapped.secretAccessKey,
      AWS_SESSION_TOKEN: mapped.sessionToken,
    };
    scene = new GrantScene(config, { environment });
    scene.clock.step(Date.now() - scene.clock.now());
    await scene.broker.start();
    await scene.enter({ api_key: datadog.keys.apiKey, app_key: datadog.keys.appKey }, 'datadog@keys');
    socket = await startBrokerSocket(scene.broker);
    sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
  });
  afterAll(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    await socket?.[Symbol.asyncDispose]();
    await scene?.close();
    await datadog?.close();
  });

  const run = async (account: string, env: Readonly<Record<string, string>> = {}) => {
    const running = sandbox.start(['proxy', account, '--', process.execPath, program], { env });
    const text = await running.said('\n');
    const said = report.parse(JSON.parse(text));
    const opens = new URL(said.environment.KEYTRAY_PROXY_URL ?? '').pathname.slice(1);
    // The child is alive, and what opens the proxy for it shows that its memory is read.
    const held = heldInMemory(said.pid, [opens, ...secrets()]);
    running.child.stdin.end();
    expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
    expect(held).toEqual([opens]);
    const seen = datadog.to('/api/v2/team').at(-1)?.headers ?? {};
    return { seen, said, text };
  };
  /** What nobody but the broker and Datadog may have. */
  const secrets = (): readonly string[] => {
    const [{ secretAccessKey, sessionToken }] = datadog.principals;
    return [...datadog.issued, datadog.keys.apiKey, datadog.keys.appKey, secretAccessKey, sessionToken];
  };
  const expectNone = (text: string): void => {
    expect(text).toContain('KEYTRAY_PROXY_URL');
    for (const secret of secrets()) expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
  };

  it('is served with the token of an AWS identity, and has nothing of it', async () => {
    row('G13');
    const { seen, said, text } = await run('datadog');
    expect(said.team).toBe('lab');
    expect(seen.authorization).toBe(`Bearer ${datadog.issued.at(-1)}`);
    expect(seen['dd-api-key']).toBeUndefined();
    expectNone(text);
  });

  it('is served with both keys of an account that has keys, and has neither', async () => {
    row('G13');
    const { seen, said, text } = await run('datadog@keys');
    expect(said.team).toBe('lab');
    expect(seen['dd-api-key']).toBe(datadog.keys.apiKey);
    expect(seen['dd-application-key']).toBe(datadog.keys.appKey);
    expect(seen.authorization).toBeUndefined();
    expectNone(text);
  });

  it('may send what opens the proxy as its API key, which goes no further', async () => {
    const { seen, said, text } = await run('datadog@keys', { WITH_KEY: 'yes' });
    const { pathname } = new URL(said.environment.KEYTRAY_PROXY_URL ?? '');
    expect(said.wire.join('')).toContain(`GET /api/v2/team HTTP/1.1`);
    expect(said.wire.join('').toLowerCase()).toContain(`dd-api-key: ${pathname.slice(1)}`.toLowerCase());
    expect(JSON.stringify(datadog.requests.map(({ headers }) => headers))).not.toContain(pathname.slice(1));
    expect(seen['dd-api-key']).toBe(datadog.keys.apiKey);
    expectNone(text);
  });
});
