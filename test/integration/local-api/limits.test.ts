import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalApiLimits } from '../../../core/local-api/server/limits.ts';
import type { Caller } from '../../../core/wire/broker-api.ts';
import { encodeFrame } from '../../../core/wire/frames.ts';
import type { TokenView } from '../../../core/wire/schemas.ts';
import { type BrokerSocket, startBrokerSocket } from '../../support/broker-socket.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { openSocket, parse, type RawAnswer, rawExchange, receiveUntil, requestText } from './raw-exchange.ts';

let broker: FakeBroker;
let socket: BrokerSocket;
let clients: Socket[];
let children: ChildProcess[];

beforeEach(() => {
  broker = new FakeBroker([accountView('lab')]);
  broker.tokens.set('lab', () => ({ access_token: 'at-1', token_type: 'Bearer', account: 'lab' }));
  broker.setLogin({ login_id: 'l1', account: 'lab', state: 'started' });
  clients = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.disconnect();
  for (const client of clients) client.destroy();
  await socket[Symbol.asyncDispose]();
});

const serve = async (limits: Partial<LocalApiLimits>, timeouts = {}): Promise<void> => {
  socket = await startBrokerSocket(broker, { limits, timeouts: { linger: 200, ...timeouts } });
};
const open = async (): Promise<Socket> => {
  const client = await openSocket(socket.socketPath);
  client.on('error', () => undefined);
  clients.push(client);
  return client;
};
/** A request that is not waited for. */
const begin = async (text: string | Uint8Array): Promise<Socket> => {
  const client = await open();
  client.write(text);
  return client;
};
const ask = (text: string): Promise<RawAnswer> => rawExchange(socket.socketPath, text);
const status = async (): Promise<number> => (await ask(requestText('GET /v1/status'))).status;
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};
const post = (path: string, body: string, length = Buffer.byteLength(body)): string =>
  requestText(`POST ${path}`, ['Host: keytray', 'Content-Type: application/json', `Content-Length: ${length}`], body);
const upgrade = Buffer.from(
  requestText('GET /v1/helpers/git/get', ['Host: keytray', 'Connection: Upgrade', 'Upgrade: keytray-helper/1']),
);

async function holder(
  count: number,
  said: Uint8Array = Buffer.alloc(0),
): Promise<{ ask(question: string): Promise<unknown> }> {
  const child = fork(new URL('holder-process.ts', import.meta.url), [
    socket.socketPath,
    String(count),
    Buffer.from(said).toString('base64'),
  ]);
  children.push(child);
  await once(child, 'message');
  return {
    async ask(question) {
      child.send(question);
      return (await once(child, 'message'))[0];
    },
  };
}

function expectBusy(answer: RawAnswer): void {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(JSON.parse(answer.body)).toMatchObject({ error: 'temporarily_unavailable', retry_after: 1 });
}

/** Tokens that are handed out when the test says so. */
function heldTokens(): { readonly callers: Caller[]; release(): void } {
  const { promise, resolve } = Promise.withResolvers<TokenView>();
  const callers: Caller[] = [];
  broker.tokens.set('lab', async (_request, caller) => {
    callers.push(caller);
    return await promise;
  });
  return { callers, release: () => resolve({ access_token: 'at-1', token_type: 'Bearer', account: 'lab' }) };
}

describe('connections', () => {
  it('beyond its share are refused to a process before it has said anything, and others are served', async () => {
    await serve({ connections: 8 });
    const [first] = [await open(), await open(), await open(), await open()];
    const refused = await open();
    expectBusy(parse(await receiveUntil(refused, () => false)));
    const answered = receiveUntil(first, (text) => text.includes('"version"'));
    first.write(requestText('GET /v1/status'));
    expect(parse(await answered).status).toBe(200);
    expect(await (await holder(0)).ask('status')).toBe(200);
    expect(socket.logger.lines).toEqual([
      expect.objectContaining({ fields: { what: 'connections', pid: process.pid, passedOver: 0 } }),
    ]);
    clients.pop()?.destroy();
    first.destroy();
    await until(async () => (await status()) === 200);
  });

  it('are closed where they are idle, longest first, to make room for others', async () => {
    await serve({ connections: 6 });
    const theirs = await holder(3);
    const waiting = await begin(requestText('GET /v1/logins/l1?wait=60'));
    const sending = await begin(post('/v1/accounts/lab/token', '{', 10));
    await until(() => broker.called('waitForLogin').length === 1);
    const closed = once(sending.resume(), 'close');
    await begin('GET /v1/st');
    const newcomer = await holder(0);
    expect(await newcomer.ask('status')).toBe(200);
    await until(async () => (await theirs.ask('open')) === 2);
    for (let count = 0; count < 3; count += 1) await holder(1);
    await until(async () => (await theirs.ask('open')) === 0);
    await holder(1);
    await closed;
    expect([waiting.destroyed, waiting.readyState]).toEqual([false, 'open']);
  });

  it('that are refused in masses are not even told so', async () => {
    await serve({ connections: 2, turnedAway: 1 }, { linger: 5_000 });
    await open();
    const told = await open();
    const notTold = await open();
    expect(await receiveUntil(notTold, () => false)).toBe('');
    expectBusy(parse(await receiveUntil(told, (text) => text.includes('}'))));
  });
});

describe('requests', () => {
  it('of one process take at most half of what can be under way', async () => {
    await serve({ requests: 4 });
    const held = heldTokens();
    const answers = [1, 2].map(() => ask(post('/v1/accounts/lab/token', '{}')));
    await until(() => held.callers.length === 2);
    expectBusy(await ask(requestText('GET /v1/status')));
    expect(await (await holder(0)).ask('status')).toBe(200);
    held.release();
    expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual([200, 200]);
    expect(await status()).toBe(200);
  });

  it('of one connection that pile up unanswered end it, and cancel what it asked for', async () => {
    await serve({ pipelined: 4 });
    const held = heldTokens();
    const client = await begin(post('/v1/accounts/lab/token', '{}').repeat(4));
    await until(() => held.callers.length === 1);
    const closed = once(client.resume(), 'close');
    client.write(post('/v1/accounts/lab/token', '{}'));
    await closed;
    await until(() => held.callers.every((caller) => caller.signal.aborted));
    expect(held.callers).toHaveLength(1);
    expect(await status()).toBe(200);
  });

  it('behind one that waits are answered in their turn, also when they are refused', async () => {
    await serve({});
    const held = heldTokens();
    const client = await open();
    const received = receiveUntil(client, (text) => text.includes('access_denied'));
    client.write(post('/v1/accounts/lab/token', '{}'));
    client.write(requestText('GET /v1/status', ['Host: evil.example']));
    await until(() => held.callers.length === 1);
    held.release();
    expect((await received).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
  });

  it('that are many in line keep no newcomer waiting for all of them', async () => {
    await serve({});
    let inLine = 0;
    broker.tokens.set('lab', () => {
      inLine += 1;
      return { access_token: 'at-1', token_type: 'Bearer', account: 'lab' };
    });
    const [connections, each] = [40, 30];
    clients = Array.from({ length: connections }, () => connect(socket.socketPath));
    for (const client of clients) client.write(post('/v1/accounts/lab/token', '{}').repeat(each));
    const all = clients.map((client) => receiveUntil(client, (text) => text.split('HTTP/1.1 200').length > each));
    // The last that the kernel hands over.
    expect(await status()).toBe(200);
    expect(inLine).toBeLessThan((connections * each) / 2);
    await Promise.all(all);
    expect(inLine).toBe(connections * each);
  });

  it('that wait for a person are counted apart', async () => {
    await serve({ waits: 4 });
    const held = heldTokens();
    await begin(requestText('GET /v1/logins/l1?wait=60'));
    const token = ask(post('/v1/accounts/lab/token', '{"wait":60}'));
    await until(() => broker.called('waitForLogin').length + held.callers.length === 2);
    expectBusy(await ask(requestText('GET /v1/logins/l1?wait=60')));
    expectBusy(await ask(post('/v1/accounts/lab/token', '{"wait":1}')));
    expect((await ask(requestText('GET /v1/logins/l1'))).status).toBe(200);
    held.release();
    expect((await token).status).toBe(200);
    expect((await ask(post('/v1/accounts/lab/token', '{"wait":1}'))).status).toBe(200);
  });

  it('with large bodies are counted apart, from the first large piece', async () => {
    await serve({ largeBodies: 2 });
    const large = `{}${' '.repeat(5000)}`;
    const first = await begin(post('/v1/accounts/lab/token', large.slice(0, 4500), large.length));
    await until(async () => (await ask(post('/v1/accounts/lab/token', large))).status === 503);
    expectBusy(await ask(post('/v1/accounts/lab/token', large)));
    expect((await ask(post('/v1/accounts/lab/token', '{}'))).status).toBe(200);
    const answered = receiveUntil(first, (text) => text.includes('at-1'));
    first.write(large.slice(4500));
    expect(parse(await answered).status).toBe(200);
    expect((await ask(post('/v1/accounts/lab/token', large))).status).toBe(200);
  });
});

describe('what lasts', () => {
  it('event streams are counted, and given back when their reader goes', async () => {
    await serve({ streams: 2 });
    const reader = await begin(requestText('GET /v1/events'));
    await until(() => broker.listenerCount === 1);
    expectBusy(await ask(requestText('GET /v1/events')));
    reader.destroy();
    await until(() => broker.listenerCount === 0);
    await begin(requestText('GET /v1/events'));
    await until(() => broker.listenerCount === 1);
  });

  it('helper calls are counted, and refused before the switch of protocols', async () => {
    await serve({ helpers: 2 });
    broker.helpers.set(
      'git',
      (call) => new Promise((resolve) => call.signal.addEventListener('abort', () => resolve(0))),
    );
    const caller = await begin(Buffer.concat([upgrade, encodeFrame('C', '/')]));
    await until(() => broker.called('helper').length === 1);
    expectBusy(await ask(upgrade.toString()));
    caller.destroy();
    await until(async () => {
      const next = await open();
      const answered = receiveUntil(next, (text) => text.includes('\r\n\r\n'));
      next.write(upgrade);
      const { status: got } = parse(await answered);
      next.destroy();
      return got === 101;
    });
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['its arguments', []],
    ['its input', [encodeFrame('C', '/')]],
    ['the rest of its input', [encodeFrame('C', '/'), encodeFrame('I', 'host=x\n')]],
  ])('a helper call that waits for %s gives way to one that can be answered', async (_, said) => {
    await serve({ helpers: 4 });
    broker.helpers.set('git', async (call) => {
      await Array.fromAsync(call.stdin);
      call.stdout('done\n');
      return 0;
    });
    // Two processes with half of the places each.
    const opening = Buffer.concat([upgrade, ...said]);
    const holders = await Promise.all([holder(2, opening), holder(2, opening)]);
    for (const each of holders) expect(await each.ask('status')).toBe(200);
    const whole = Buffer.concat([upgrade, encodeFrame('C', '/'), encodeFrame('Z')]);
    for (let call = 0; call < 3; call += 1) {
      const caller = await open();
      const received = receiveUntil(caller, (text) => text.includes('done'));
      caller.write(whole);
      expect(await received).toContain('done');
      caller.destroy();
    }
    const left = async () => Promise.all(holders.map((each) => each.ask('open')));
    await until(async () => (await left()).join() !== '2,2');
    expect((await left()).toSorted()).toEqual([1, 2]);
  });

  it('helper calls with much stdin are counted apart', async () => {
    await serve({ largeInputs: 2 });
    broker.helpers.set(
      'git',
      (call) => new Promise((resolve) => call.signal.addEventListener('abort', () => resolve(0))),
    );
    const much = [1, 2].map(() => encodeFrame('I', Buffer.alloc(40_000)));
    await begin(Buffer.concat([upgrade, encodeFrame('C', '/'), ...much]));
    await until(() => broker.called('helper').length === 1);
    const second = await open();
    const received = receiveUntil(second, () => false);
    second.write(Buffer.concat([upgrade, encodeFrame('C', '/'), ...much]));
    expect(await received).toContain('too many large inputs');
  });

  it('helper calls whose stdin stays away end, and those that send nothing but empty frames', async () => {
    await serve({}, { stdin: 100 });
    broker.helpers.set('git', async (call) => (await Array.fromAsync(call.stdin)).length);
    for (const more of [[], [encodeFrame('I'), encodeFrame('I')]]) {
      const caller = await open();
      const received = receiveUntil(caller, () => false);
      caller.write(Buffer.concat([upgrade, encodeFrame('C', '/'), ...more]));
      expect(await received).toContain('the input did not arrive');
    }
  });
});

describe('a caller that does not read', () => {
  const someStatus = requestText('GET /v1/status');

  it('is not read from either, and gets all of its answers when it does', async () => {
    broker = new FakeBroker(Array.from({ length: 200 }, (_, index) => accountView(`account-${index}`)));
    await serve({});
    const client = await open();
    client.pause();
    let sent = 0;
    let asked = -1;
    while (broker.called('status').length > asked) {
      asked = broker.called('status').length;
      for (let count = 0; count < 8; count += 1, sent += 1) client.write(someStatus);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(asked).toBeLessThan(sent);
    const all = receiveUntil(client, (text) => text.split('HTTP/1.1 200').length > sent);
    client.resume();
    expect((await all).split('HTTP/1.1 200')).toHaveLength(sent + 1);
  });

  it('is dropped when nothing moves for long', async () => {
    broker = new FakeBroker(Array.from({ length: 2000 }, (_, index) => accountView(`account-${index}`)));
    await serve({}, { stall: 200 });
    const client = await open();
    client.pause();
    for (let count = 0; count < 8; count += 1) client.write(someStatus);
    await until(() => broker.called('status').length > 0);
    await until(async () => {
      client.write('\r\n');
      await new Promise((resolve) => setTimeout(resolve, 20));
      return client.destroyed;
    });
    expect(await status()).toBe(200);
  });
});

describe('the end of the server', () => {
  it('does not wait for a caller that has said nothing', async () => {
    await serve({});
    const client = await open();
    await until(async () => (await status()) === 200);
    const closed = once(client, 'close');
    client.resume();
    await socket.api.close(3_600_000);
    await closed;
  });
});

describe('headers', () => {
  const many = (count: number, ...more: readonly string[]) => [
    ...Array.from({ length: count }, () => 'a:'),
    'Host: keytray',
    ...more,
  ];

  it('are at most a hundred', async () => {
    await serve({});
    expect((await ask(requestText('GET /v1/status', many(99)))).status).toBe(200);
    expect((await ask(requestText('GET /v1/status', many(100)))).status).toBe(431);
  });

  it('are not hidden behind others: neither the length of a body nor an Origin', async () => {
    await serve({});
    const body = 'x'.repeat(2 * 1024 * 1024);
    const hidden = many(2500, 'Content-Type: application/json', `Content-Length: ${body.length}`);
    const answer = await ask(requestText('POST /v1/accounts/lab/token', hidden, body));
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([431, 'invalid_request']);
    expect((await ask(requestText('GET /v1/status', many(2500, 'Origin: null')))).status).toBe(431);
    expect(broker.called('token')).toEqual([]);
    expect(await status()).toBe(200);
  });
});
