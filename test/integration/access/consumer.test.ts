import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseStartTime } from '../../../core/platform/process-identity.ts';
import type { BrokerEvent } from '../../../core/wire/schemas.ts';
import { type Laboratory, startLaboratory } from '../../support/broker.ts';
import { type BrokerSocket, MemoryLogger, socketFolder, startBrokerSocket } from '../../support/broker-socket.ts';
import { needsRoot } from '../../support/needs-root.ts';

const run = promisify(execFile);
const url = 'http://keytray/v1/accounts/lab/token';

describe('the program that was given a token', () => {
  let lab: Laboratory;
  let api: BrokerSocket;
  const logger = new MemoryLogger();
  const events: BrokerEvent[] = [];

  beforeEach(async () => {
    logger.lines.length = 0;
    events.length = 0;
    lab = await startLaboratory({ parts: { logger } });
    lab.broker.subscribe((event) => events.push(event));
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    api = await startBrokerSocket(lab.broker);
  });

  afterEach(async () => {
    await api[Symbol.asyncDispose]();
    await lab.close();
  });

  const handOuts = () => logger.lines.filter(({ message }) => message === 'handed out');

  it('stands in the log and in the event, the token does not', async () => {
    const curl = run('curl', ['-sS', '--unix-socket', api.socketPath, '-d', '{}', url]);
    const { stdout } = await curl;
    const { access_token: token } = JSON.parse(stdout);
    const executable = expect.stringMatching(/^\/.*\/curl$/);
    const consumer = curl.child.pid;
    expect(handOuts()).toEqual([
      {
        level: 'info',
        message: 'handed out',
        fields: { account: 'lab', protocol: 'api', host: undefined, consumer, executable },
      },
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'handed_out', account: 'lab', consumer: { pid: consumer, executable } }),
    );
    expect(JSON.stringify([logger.lines, events])).not.toContain(token);
    expect(token).toMatch(/.{20}/);
  });

  it('is named by the socket, not by what it says of itself', async () => {
    const forged = ['User-Agent: /usr/bin/git', 'X-Consumer: 1', 'X-Pid: 1'].flatMap((header) => ['-H', header]);
    const asGit = ['-c', 'exec -a /usr/bin/git curl "$@"', 'bash'];
    await run('bash', [...asGit, '-sS', '--unix-socket', api.socketPath, ...forged, '-d', '{}', url]);
    expect(handOuts()[0]?.fields.executable).toMatch(/\/curl$/);
  });

  it('is unknown, and is served, where it had gone before anybody asked who it was', async () => {
    // A shell's child speaks over the connection of a program that has ended.
    const script = `
      use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un($ARGV[0])) or die;
      my $parent = $$; if (fork) { exit } select(undef, undef, undef, 0.01) while getppid() == $parent;
      syswrite $s, "POST /v1/accounts/lab/token HTTP/1.1\\r\\nHost: keytray\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\n{}";
      while (sysread $s, my $b, 4096) { print $b }`;
    const gone = spawn('/usr/bin/perl', ['-e', script, api.socketPath], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answer = '';
    gone.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    await once(gone, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*access_token/);
    expect(handOuts()[0]?.fields).toMatchObject({ consumer: gone.pid, executable: 'unknown' });
  });
});

describe('a caller of another pid namespace', () => {
  const program = join(import.meta.dirname, '../../support/programs/name-peer.ts');

  async function named(command: readonly string[]): Promise<unknown> {
    const folder = await socketFolder();
    const path = join(folder, 's');
    const [file = '', ...args] = [...command, process.execPath, '--disable-warning=ExperimentalWarning', program, path];
    const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    await once(server.stderr, 'data');
    const caller = connect(path).on('error', () => undefined);
    await once(server, 'close');
    caller.destroy();
    return JSON.parse(printed);
  }

  it('would be named in the same one', async () => {
    const startTime = parseStartTime(readFileSync('/proc/self/stat', 'utf8'));
    expect(await named([])).toMatchObject({ pid: process.pid, startTime });
  });

  needsRoot('has pid 0, an unknown program, and a uid all the same', async () => {
    expect(await named(['unshare', '--pid', '--fork', '--mount-proc'])).toEqual({
      pid: 0,
      uid: process.getuid?.(),
      parents: [],
    });
  });
});
