import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { Browsers } from '../../support/broker.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { onTerminal } from '../../support/terminal.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

let quilt: Quilt;
let browsers: Browsers;
let scene: GrantScene;
let socket: Awaited<ReturnType<typeof startBrokerSocket>>;
let sandbox: CliSandbox;

beforeEach(async () => {
  quilt = await startQuilt();
  const config = `accounts:
  quilt@acme: { service: quilt, url: "${quilt.url}" }
  quilt@ci: { service: quilt, grant: api_key, url: "${quilt.url}" }
`;
  browsers = new Browsers();
  scene = new GrantScene(config, { userAgent: browsers });
  await scene.broker.start();
  socket = await startBrokerSocket(scene.broker);
  sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
});
afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
  await socket[Symbol.asyncDispose]();
  await scene.close();
  await quilt.close();
});

/** What programs of Quilt see, one variable a line. */
const printVariables = ['--', 'sh', '-c', 'env | grep ^QUILT_ | sort'];

describe('keytray login of a Quilt account', () => {
  it('reads the code from standard input, and opens no browser for it', async () => {
    const code = quilt.newCode();
    const { status, stdout, stderr } = await sandbox.run(['login', 'quilt@acme'], { stdin: `${code}\n` });
    const said = 'Signed in to Quilt (acme) as kim@example.com.\n';
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: said, stderr: '' });
    expect(browsers.opened).toEqual([]);
  });

  it('on a terminal opens the page and names it, and does not show what is pasted', async () => {
    row('Q2');
    const code = quilt.newCode();
    const { status, screen } = await onTerminal(sandbox, 'login quilt@acme', 'Code (not shown): ', `${code}\r`);
    expect(status).toBe(0);
    expect(screen).toContain(`Code: ${quilt.url}/login`);
    expect(screen).toContain('Signed in to Quilt (acme) as kim@example.com.');
    expect(screen).not.toContain(code);
    expect(browsers.opened.map(({ href }) => href)).toEqual([`${quilt.url}/login`]);
  });

  it('with --no-browser names the page alone', async () => {
    const args = 'login quilt@acme --no-browser';
    const { status, screen } = await onTerminal(sandbox, args, 'Code (not shown): ', `${quilt.newCode()}\r`);
    expect(status).toBe(0);
    expect(screen).toContain(`Code: ${quilt.url}/login`);
    expect(browsers.opened).toEqual([]);
  });

  it('asks for another code where one is refused', async () => {
    const good = quilt.newCode();
    const { status, screen } = await onTerminal(
      sandbox,
      'login quilt@acme',
      'Code (not shown): ',
      'rt-of-yesterday\r',
      ['nothing was stored', `${good}\r`],
    );
    expect(status).toBe(0);
    expect(screen).toContain('Quilt (acme) does not accept the code; nothing was stored');
  });

  it('ends with 5 where the code is refused, and repeats nothing of it', async () => {
    const { status, stdout, stderr } = await sandbox.run(['login', 'quilt@acme'], { stdin: 'rt-of-yesterday\n' });
    expect(status).toBe(5);
    expect(stderr).toContain('Open the page again and paste the code it shows now');
    expect(stdout + stderr).not.toContain('rt-of-yesterday');
  });

  it('ends with 2 where a key has no prefix', async () => {
    const { status, stdout, stderr } = await sandbox.run(['login', 'quilt@ci'], {
      stdin: '0123456789abcdef01234567\n',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('a Quilt API key begins with qk_');
    expect(stdout + stderr).not.toContain('0123456789abcdef');
  });
});

describe('keytray exec and env of a Quilt account', () => {
  it('set the key for automation', async () => {
    row('Q10', 'Q24', 'Q34');
    const { secret } = quilt.addKey('ci', 90);
    await scene.enter({ api_key: secret }, 'quilt@ci');
    const { stdout } = await sandbox.run(['exec', 'quilt@ci', ...printVariables]);
    const variables = { QUILT_API_KEY: secret, QUILT_CATALOG_URL: quilt.url, QUILT_REGISTRY_URL: quilt.url };
    expect(stdout).toBe(
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const { stdout: exports } = await sandbox.run(['env', 'quilt@ci']);
    expect(exports.split('\n')).toContain(`export QUILT_REGISTRY_URL='${quilt.url}'`);
  });

  it('set the access token of a person, and the registry it is of', async () => {
    await scene.enter({ code: quilt.newCode() }, 'quilt@acme');
    const { stdout } = await sandbox.run(['exec', 'quilt@acme', ...printVariables]);
    expect(stdout.split('\n')).toEqual([
      `QUILT_ACCESS_TOKEN=${quilt.issued[0]}`,
      `QUILT_CATALOG_URL=${quilt.url}`,
      `QUILT_REGISTRY_URL=${quilt.url}`,
      '',
    ]);
  });
});

describe('keytray logout of a Quilt account', () => {
  it('forgets this catalog only, and says what goes on', async () => {
    row('Q4');
    await scene.enter({ code: quilt.newCode() }, 'quilt@acme');
    await scene.enter({ api_key: quilt.addKey('ci', 90).secret }, 'quilt@ci');
    const { status, stdout } = await sandbox.run(['logout', 'quilt@acme']);
    expect(status).toBe(0);
    expect(stdout).toContain('the one in your browser goes on');
    expect(await scene.state('quilt@acme')).toBe('signed_out/signed_out');
    expect(await scene.state('quilt@ci')).toBe('active');
  });
});
