import { encodeFrame } from '../../core/wire/frames.ts';
import type { Random } from './random.ts';
import { dictionary, edges, gitHost, helperProtocol, lengthEdges, spare, victim } from './words.ts';

/** Requests and helper calls made from rules: mostly well-formed, odd in one place or two. */

const crlf = '\r\n';

function accountOf(random: Random): string {
  return random.chance(0.8)
    ? random.pick([victim, spare])
    : random.pick(['none', '%6cab', 'lab%00', '__proto__', 'a'.repeat(300), '..', 'l%2561b']);
}

/** What to ask with which body; `handover` and what ends the victim's sign-in are left to requests that must be refused. */
function route(random: Random): readonly [method: string, target: string, body: string] {
  if (random.chance(0.3))
    return ['POST', `/v1/accounts/${victim}/token`, random.pick(['{}', '', '{"min_ttl":60}', '{"token":"id"}'])];
  const account = accountOf(random);
  const number = random.pick(edges);
  const word = random.pick(['access', 'id', 'refresh', '', 'x']);
  return random.pick<() => readonly [string, string, string]>([
    () => ['GET', '/v1/status', ''],
    () => ['GET', '/v1/accounts', ''],
    () => ['GET', `/v1/accounts/${account}`, ''],
    () => ['POST', `/v1/accounts/${account}/token`, '{}'],
    () => ['POST', `/v1/accounts/${account}/token`, ''],
    () => ['POST', `/v1/accounts/${account}/token`, `{"min_ttl":${number}}`],
    () => ['POST', `/v1/accounts/${account}/token`, `{"token":"${word}"}`],
    () => ['POST', `/v1/accounts/${account}/token`, `{"wait":${number},"scope":"git"}`],
    () => ['POST', `/v1/accounts/${account}/token`, `{"__proto__":{"force":true},"token":"${word}"}`],
    () => ['POST', `/v1/accounts/${spare}/login`, `{"user_agent":"${random.pick(['none', 'paste', 'x'])}"}`],
    () => ['POST', `/v1/accounts/${spare}/logout`, random.pick(['{}', '{"revoke":false}', '[]'])],
    () => ['PUT', `/v1/accounts/${spare}/client-secret`, `{"client_secret":"${'s'.repeat(random.int(5000))}"}`],
    () => ['GET', `/v1/logins/${random.pick(['', 'x', '%00', 'a'.repeat(100)])}?wait=${number}`, ''],
    () => ['POST', '/v1/logins/x/callback', `{"code":"${random.int(1000)}"}`],
    () => ['DELETE', '/v1/logins/x', ''],
    () => ['POST', '/v1/store/lock', ''],
    () => ['POST', '/v1/unlock', '{}'],
    () => ['GET', '/v1/events', ''],
    () => ['GET', '/v1/openapi.json', ''],
    () => ['GET', '/v1/helpers/git/get', ''],
    () => [
      random.pick(['PATCH', 'TRACE', 'HEAD', 'OPTIONS', 'QUERY', 'PURGE', 'CONNECT']),
      `/v1/accounts/${account}/token`,
      '{}',
    ],
    () => ['GET', random.pick(['/', '*', '', '/v1/', '/v2/status', `/v1/keys/${victim}`, '/v1/status?x=1']), ''],
  ])();
}

/** Ends the broker, or the victim's sign-in, where it is let through. */
function harmful(random: Random): readonly [method: string, target: string, body: string] {
  return random.pick([
    ['POST', '/v1/handover', '{}'],
    ['POST', `/v1/accounts/${victim}/logout`, '{}'],
    ['PUT', `/v1/accounts/${victim}/client-secret`, '{"client_secret":"x"}'],
  ] as const);
}

function headersFor(random: Random): string[] {
  const headers = ['Host: keytray'];
  if (random.chance(0.1))
    headers[0] = `Host:${random.pick(['keytray', '\tlocalhost ', ' LOCALHOST', ' Keytray\t', ' localhost'])}`;
  if (random.chance(0.5))
    headers.push(
      `Content-Type: ${random.pick(['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', ''])}`,
    );
  if (random.chance(0.3)) headers.push('Accept: */*');
  if (random.chance(0.1)) headers.push(`Accept: ${'x'.repeat(random.int(20_000))}`);
  if (random.chance(0.1)) headers.push(`Connection: ${random.pick(['close', 'keep-alive', 'Upgrade', 'TE', 'Host'])}`);
  if (random.chance(0.1)) headers.push(`Expect: ${random.pick(['100-continue', 'x'])}`);
  if (random.chance(0.03)) headers.push(...Array.from({ length: random.int(130) }, (_, at) => `X-${at}: y`));
  if (random.chance(0.1))
    headers.push(
      `X-${random.int(9)}: ${random
        .bytes(4)
        .toString('latin1')
        .replaceAll(/[^ -~\x80-\xff]/g, '')}`,
    );
  return headers;
}

function chunked(body: string, random: Random): string {
  let text = '';
  for (let start = 0; start < body.length; ) {
    const length = 1 + random.int(Math.min(body.length - start, 2000));
    text += `${length.toString(16)}${random.pick(['', '', ';x=y'])}${crlf}${body.slice(start, start + length)}${crlf}`;
    start += length;
  }
  return `${text}0${crlf}${crlf}`;
}

function write(random: Random, [method, target, body]: readonly [string, string, string]): string {
  const headers = headersFor(random);
  let sent = body;
  const framing = random.int(20);
  if (body !== '' && framing < 4) {
    headers.push('Transfer-Encoding: chunked');
    sent = chunked(body, random);
  } else if (body !== '' && framing < 18) headers.push(`Content-Length: ${body.length}`);
  else if (framing === 18) headers.push(`Content-Length: ${random.pick(edges)}`);
  if (random.chance(0.15)) headers.splice(random.int(headers.length), 0, random.pick(headers));
  if (random.chance(0.3)) headers.reverse();
  const version = random.chance(0.96) ? '1.1' : random.pick(['1.0', '0.9', '2.0', '9.9']);
  return `${method} ${target} HTTP/${version}${crlf}${headers.map((header) => header + crlf).join('')}${crlf}${sent}`;
}

/** One to three requests, now and then a helper call, behind each other. `refused`: something will be done that lets none of them pass. */
export function generateRequests(random: Random, refused: boolean): Buffer {
  const first = write(random, refused && random.chance(0.1) ? harmful(random) : route(random));
  const more = random.chance(0.8) ? [] : Array.from({ length: 1 + random.int(2) }, () => write(random, route(random)));
  const requests = Buffer.from([first, ...more].join(''), 'latin1');
  return random.chance(0.08) ? Buffer.concat([requests, generateHelperCall(random)]) : requests;
}

function credential(random: Random): string {
  const lines = [
    `protocol=${random.pick(['https', 'https', 'https', 'http', 'ssh', ''])}`,
    `host=${random.pick([gitHost, gitHost, gitHost, gitHost.toUpperCase(), `${gitHost}:443`, `${gitHost}:8443`, 'evil.example', `${gitHost}.evil`, `evil@${gitHost}`, `${gitHost}.`, `xn--${gitHost}`])}`,
  ];
  if (random.chance(0.3))
    lines.push(`path=${random.pick(['a/b.git', '../..', '//', 'a%00b', 'x'.repeat(random.int(60_000))])}`);
  if (random.chance(0.3)) lines.push('capability[]=authtype', 'capability[]=state');
  if (random.chance(0.3)) lines.push(`username=${random.pick(['ada', victim, ''])}`);
  if (random.chance(0.2)) lines.push(`password=${random.bytes(6).toString('hex')}`);
  if (random.chance(0.1))
    lines.push(random.pick(['no equals sign', 'a=\0', 'a=b\r', '=', `protocol=https\rhost=${gitHost}`]));
  if (random.chance(0.2)) lines.reverse();
  return `${lines.join('\n')}\n${random.chance(0.9) ? '\n' : ''}`;
}

/** A call as a helper program makes it, then with frames left out, doubled, exchanged or lying about their length. */
export function generateHelperCall(random: Random): Buffer {
  const [protocol, operation] = random.chance(0.9)
    ? ['git', random.pick(['get', 'get', 'get', 'store', 'erase', 'capability', '%67et', 'x'])]
    : [random.pick(['x', 'docker', '-']), 'get'];
  const head = [
    `GET /v1/helpers/${protocol}/${operation} HTTP/1.1`,
    'Host: keytray',
    `Connection: ${random.chance(0.95) ? 'Upgrade' : 'close'}`,
    `Upgrade: ${random.chance(0.95) ? helperProtocol : random.pick(['websocket', 'KEYTRAY-HELPER/1', 'keytray-helper/2'])}`,
    '',
    '',
  ].join(crlf);
  const stdin = Buffer.from(credential(random), 'latin1');
  const middle = random.int(stdin.length);
  const frames = [
    encodeFrame('A', operation),
    ...(random.chance(0.3) ? [encodeFrame('E', random.pick(['GIT_DIR=/x', '=x', 'A', '__proto__=x']))] : []),
    encodeFrame('C', random.pick(['/', '/home', '', 'x\0'])),
    ...(random.chance(0.5)
      ? [encodeFrame('I', stdin)]
      : [encodeFrame('I', stdin.subarray(0, middle)), encodeFrame('I', stdin.subarray(middle))]),
    ...(random.chance(0.8) ? [encodeFrame('Z')] : []),
  ].map((frame) => Buffer.from(frame));
  while (random.chance(0.4)) spoil(frames, random);
  return Buffer.concat([Buffer.from(head), ...frames]);
}

function spoil(frames: Buffer[], random: Random): void {
  const at = random.int(frames.length);
  const other = random.int(frames.length);
  const frame = frames[at] ?? Buffer.alloc(0);
  switch (random.int(6)) {
    case 0:
      frames.splice(at, 1);
      return;
    case 1:
      frames.splice(at, 0, frame);
      return;
    case 2:
      frames[at] = frames[other] ?? frame;
      frames[other] = frame;
      return;
    case 3:
      if (frame.length >= 5) frame.writeUInt32BE(random.pick(lengthEdges), 1);
      return;
    case 4:
      frame[0] = random.pick([0, 0x41, 0x43, 0x49, 0x4f, 0x5a, 0xff]);
      return;
    default:
      frames.splice(at, 0, Buffer.from(random.pick(dictionary), 'latin1'));
  }
}
