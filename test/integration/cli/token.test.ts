import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TokenView } from '../../../core/wire/schemas.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

const view: TokenView = {
  access_token: 'access-1',
  token_type: 'bearer',
  expires_in: 3600,
  expires_at: '2026-11-23T10:00:00.000Z',
  account: 'lab',
};

async function lab(config?: string) {
  const broker = new FakeBroker([accountView('lab'), accountView('other')]);
  broker.tokens.set('lab', ({ token }) =>
    token === 'id' ? { id_token: 'id-1', token_type: 'bearer', account: 'lab' } : view,
  );
  broker.tokens.set('other', () => ({ access_token: "o'ther", token_type: 'bearer', account: 'other' }));
  const socket = await startBrokerSocket(broker);
  const sandbox = await CliSandbox.create({
    socketPath: socket.socketPath,
    ...(config === undefined ? {} : { config }),
  });
  return {
    broker,
    sandbox,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

const config = `accounts:
  lab:
    service: oidc
    issuer: https://login.lab.example
    client_id: keytray
    env: { LAB_ACCESS: access_token, LAB_ID: id_token }
  other:
    service: oidc
    issuer: https://login.lab.example
    client_id: keytray
`;

describe('keytray token', () => {
  it('prints the form asked for', async () => {
    await using setting = await lab();
    const run = async (...args: string[]) => (await setting.sandbox.run(['token', 'lab', ...args])).stdout;
    expect(await run('--format', 'raw')).toBe('access-1\n');
    expect(await run('--format', 'header')).toBe('Authorization: Bearer access-1\n');
    expect(JSON.parse(await run('--format', 'json'))).toEqual(view);
    expect(await run('--id')).toBe('id-1\n');
  });

  it('passes on how long it must be valid, and that it must be new', async () => {
    await using setting = await lab();
    await setting.sandbox.run(['token', 'lab', '--min-ttl', '600', '--force']);
    expect(setting.broker.called('token')[0]?.arguments.slice(0, 2)).toEqual(['lab', { min_ttl: 600, force: true }]);
  });

  it('never reads standard input, and ends although that stays open', async () => {
    await using setting = await lab();
    const running = setting.sandbox.start(['token', 'lab']);
    expect((await running.ended).stdout).toBe('access-1\n');
  });

  it('works from a folder with an odd name', async () => {
    await using setting = await lab();
    const cwd = join(setting.sandbox.home, `a 'b' "c" $d`);
    await mkdir(cwd);
    expect((await setting.sandbox.run(['token', 'lab'], { cwd })).stdout).toBe('access-1\n');
  });

  it('says what to add where the server gives no ID token', async () => {
    await using setting = await lab();
    setting.broker.tokens.set('lab', () => view);
    const result = await setting.sandbox.run(['token', 'lab', '--id']);
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('openid');
    expect(result.stderr).not.toContain('access-1');
  });
});

describe('keytray env', () => {
  it('exports the variables the account names', async () => {
    await using setting = await lab(config);
    const result = await setting.sandbox.run(['env', 'lab']);
    expect(result.stdout).toBe("export LAB_ACCESS='access-1'\nexport LAB_ID='id-1'\n");
  });

  it('quotes what a shell would read otherwise', async () => {
    await using setting = await lab(config);
    const result = await setting.sandbox.run(['env', 'other']);
    expect(result.stdout).toBe("export OTHER_TOKEN='o'\\''ther'\n");
  });
});

describe('keytray exec', () => {
  const print = 'printf "%s %s %s" "$LAB_ACCESS" "$LAB_ID" "$OTHER_TOKEN"';

  it('runs the command with the tokens of every account named', async () => {
    await using setting = await lab(config);
    const result = await setting.sandbox.run(['exec', 'lab,other', '--', 'sh', '-c', print]);
    expect(result).toEqual({ status: 0, signal: null, stdout: "access-1 id-1 o'ther", stderr: '' });
  });

  it('gives standard input and every argument to the command, options and separators too', async () => {
    await using setting = await lab(config);
    const script = 'cat; printf "[%s]" "$@"';
    const args = ['exec', 'lab', '--', 'sh', '-c', script, 'sh', '--json', '--', '-h', ''];
    const result = await setting.sandbox.run(args, { stdin: 'typed\n' });
    expect(result.stdout).toBe('typed\n[--json][--][-h][]');
  });

  it.each([
    [['sh', '-c', 'exit 7'], 7],
    [['sh', '-c', 'kill -TERM $$'], 143],
    [['sh', '-c', 'kill -KILL $$'], 137],
    [['/nonexistent/program'], 127],
    [['no-such-program-anywhere'], 127],
    [['/etc/passwd'], 126],
    [['/'], 126],
  ])('%j ends with %d', async (command, status) => {
    await using setting = await lab(config);
    expect((await setting.sandbox.run(['exec', 'lab', '--', ...command])).status).toBe(status);
  });

  it.each([
    [['exec']],
    [['exec', 'lab']],
    [['exec', 'lab', '--']],
    [['exec', 'lab,', '--', 'true']],
    [['exec', 'nobody', '--', 'true']],
  ])('its own failure ends with 125: keytray %j', async (args) => {
    await using setting = await lab(config);
    const result = await setting.sandbox.run(args);
    expect(result.status).toBe(125);
    expect(result.stderr).toMatch(/^keytray: .+\n {2}.+\n$/);
  });

  it('passes signals on and reports how the command took them', async () => {
    await using setting = await lab(config);
    for (const [signal, status] of [
      ['SIGTERM', 40],
      ['SIGHUP', 41],
      ['SIGINT', 42],
    ] as const) {
      const script = `trap 'exit ${status}' ${signal.slice(3)}; echo ready; for i in $(seq 400); do sleep 0.05; done`;
      const running = setting.sandbox.start(['exec', 'lab', '--', 'sh', '-c', script]);
      await running.said('ready');
      running.child.kill(signal);
      expect((await running.ended).status).toBe(status);
    }
  });
});
