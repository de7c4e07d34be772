import { describe, expect, it } from 'vitest';
import { cargoHelper } from '../../../../core/helpers/cargo/cargo.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, chunks, neverClosed } from '../../../support/helper-call.ts';

const expiresAt = 1_767_225_600_000;
const account = fakeAccount('lab', ['crates.example', 'shared.example/lab/*'], { token: 'tok-123', expiresAt });
const hello = '{"v":[1]}\n';

const request = (indexUrl: string, more: object = {}): string =>
  `${JSON.stringify({ v: 1, registry: { 'index-url': indexUrl, name: 'lab' }, kind: 'get', operation: 'read', ...more })}\n`;

async function get(stdin: string | AsyncIterable<Uint8Array>, accounts = [account]) {
  const broker = new FakeHelperBroker(accounts);
  const answer = await callHelper(cargoHelper, 'get', stdin, broker, { argv: ['--cargo-plugin'] });
  expect(answer.stdout.startsWith(hello)).toBe(true);
  const lines = answer.stdout.slice(hello.length).split('\n').slice(0, -1);
  return { ...answer, broker, answers: lines.map((line): unknown => JSON.parse(line)) };
}

const notSupported = { Err: { kind: 'url-not-supported' } };

describe('the conversation', () => {
  it('says hello before it has read anything', async () => {
    let said = '';
    let heard: () => void = () => undefined;
    const spoken = new Promise<void>((resolve) => {
      heard = resolve;
    });
    void cargoHelper.serve(
      {
        operation: 'get',
        argv: ['--cargo-plugin'],
        env: {},
        cwd: '/',
        parents: [],
        stdin: neverClosed(),
        stdout: (text) => {
          said += text;
          heard();
        },
        stderr: () => undefined,
        become: () => undefined,
        signal: new AbortController().signal,
      },
      new FakeHelperBroker([account]),
    );
    await spoken;
    expect(said).toBe(hello);
  });

  it.each(['read', 'publish', 'yank', 'unyank', 'owners', 'something new'])(
    '%s: the whole header',
    async (operation) => {
      const more = { operation, vers: '0.1.0', cksum: 'abc', headers: ['WWW-Authenticate: Cargo login_url="x"'] };
      const { status, stderr, answers, broker } = await get(request('sparse+https://crates.example/index/', more));
      expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
      expect(answers).toEqual([
        {
          Ok: {
            kind: 'get',
            token: 'Bearer tok-123',
            cache: 'expires',
            expiration: 1_767_225_600,
            operation_independent: true,
          },
        },
      ]);
      expect(broker.handedOut).toEqual([{ account: 'lab', host: 'crates.example' }]);
    },
  );

  it('a token of unknown life is kept for this cargo only', async () => {
    const { answers } = await get(request('https://crates.example/git/index'), [
      fakeAccount('lab', ['crates.example']),
    ]);
    expect(answers).toEqual([
      { Ok: { kind: 'get', token: 'Bearer token-of-lab', cache: 'session', operation_independent: true } },
    ]);
  });

  it('a registry that wants the bare token gets it', async () => {
    const { answers } = await get(request('sparse+https://crates.example/', { args: ['--scheme=none'] }));
    expect(answers).toMatchObject([{ Ok: { token: 'tok-123' } }]);
  });

  it('reads requests however they are cut, one after another', async () => {
    const text = request('https://crates.example/') + request('https://evil.example/');
    const cut = chunks(text.slice(0, 3), text.slice(3, 90), text.slice(90, -1), '\n');
    expect((await get(cut)).answers).toMatchObject([{ Ok: { kind: 'get' } }, notSupported]);
  });

  it('an answer stands although stdin breaks after it', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(request('https://crates.example/'));
      throw new Error('the input did not arrive');
    }
    expect(await get(broken())).toMatchObject({ status: 0, answers: [{ Ok: { kind: 'get' } }] });
  });
});

describe('not ours', () => {
  it.each([
    'sparse+https://index.crates.io/',
    'sparse+https://crates.example:8443/',
    'sparse+https://evil.example/crates.example/',
    'sparse+https://crates.example@evil.example/',
    'sparse+https://evil.example\\@crates.example/',
    'sparse+https://crates.example.evil.example/',
    'sparse+https://shared.example/other/index/',
    'sparse+https://shared.example/lab/../other/',
    'sparse+ssh://crates.example/',
    'sparse+sparse+https://crates.example/',
    'file:///crates.example',
    '',
  ])('%s', async (url) => {
    const { answers, broker, status } = await get(request(url));
    expect({ answers, status, handedOut: broker.handedOut }).toEqual({
      answers: [notSupported],
      status: 0,
      handedOut: [],
    });
  });

  it('login elsewhere is the next provider’s', async () => {
    const login = request('https://evil.example/', { kind: 'login', token: 'theirs' });
    expect((await get(login)).answers).toEqual([notSupported]);
  });

  it('--account names one that does not list the registry', async () => {
    const other = fakeAccount('other', ['other.example']);
    const asked = request('https://crates.example/', { args: ['--account=other'] });
    expect((await get(asked, [account, other])).answers).toEqual([notSupported]);
  });
});

it('--account names one that is not there: cargo is told', async () => {
  const { answers } = await get(request('https://crates.example/', { args: ['--account=nobody'] }));
  const message = 'keytray: there is no account named "nobody"; see: keytray accounts list';
  expect(answers).toEqual([{ Err: { kind: 'other', message, 'caused-by': [] } }]);
});

it.each([['more'], ['--', '--account=lab'], ['--acount=lab']])('arguments we do not know: %s %s', async (...args) => {
  const words = args.filter((word) => word !== undefined);
  const { answers, broker } = await get(request('https://crates.example/', { args: words }));
  expect(answers).toMatchObject([{ Err: { kind: 'other', message: expect.stringContaining('unknown argument') } }]);
  expect(broker.handedOut).toEqual([]);
});

describe('ours, but', () => {
  it.each(['login', 'logout', 'unknown'])('%s is the person’s act', async (kind) => {
    const { answers, broker } = await get(request('https://crates.example/', { kind }));
    expect(answers).toEqual([{ Err: { kind: 'operation-not-supported' } }]);
    expect(broker.handedOut).toEqual([]);
  });

  it.each([
    ['login_required', 'keytray: sign in to lab: keytray login lab'],
    ['keychain_locked', 'keytray: lab: as the test says'],
  ] as const)('%s: cargo stops and shows why', async (failure, message) => {
    const { answers, status, stderr } = await get(request('https://crates.example/'), [{ ...account, failure }]);
    expect(answers).toEqual([{ Err: { kind: 'other', message, 'caused-by': [] } }]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
  });

  it('plain http: only on this machine', async () => {
    const hosts = ['crates.example', '127.0.0.1:8080'];
    const { answers } = await get(
      request('sparse+http://crates.example/') + request('sparse+http://127.0.0.1:8080/index/'),
      [{ ...account, hosts }],
    );
    expect(answers).toMatchObject([{ Err: { kind: 'other' } }, { Ok: { kind: 'get' } }]);
  });

  it('two accounts: --account decides', async () => {
    const accounts = [account, fakeAccount('home', ['crates.example'])];
    const url = 'https://crates.example/';
    const { answers, broker } = await get(request(url) + request(url, { args: ['--account', 'home'] }), accounts);
    expect(answers).toMatchObject([
      { Err: { kind: 'other', message: expect.stringContaining('lab, home') } },
      { Ok: { token: 'Bearer token-of-home' } },
    ]);
    expect(broker.handedOut).toEqual([{ account: 'home', host: 'crates.example' }]);
  });

  it.each(['tok\r\nx: y', 'tok en', ''])('a token that is no header value (%j) stays here', async (token) => {
    const { answers } = await get(request('https://crates.example/'), [{ ...account, token }]);
    expect(answers).toMatchObject([{ Err: { kind: 'other' } }]);
  });
});

describe('malformed', () => {
  it.each(['\n', '{}\n', 'null\n', '[]\n', '{"v":2}\n', request('x').replace('"v":1', '"v":2'), '{"v":1'])(
    '%j: one line and no token',
    async (line) => {
      const { status, answers, stderr, broker } = await get(line);
      expect({ status, answers, handedOut: broker.handedOut }).toEqual({ status: 1, answers: [], handedOut: [] });
      expect(stderr).toHaveLength(1);
    },
  );

  it('a line without end is not waited for', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536, 0x20);
    }
    expect((await get(endless())).answers).toEqual([]);
  });
});

describe('cargo:token-from-stdout', () => {
  const token = (env: Record<string, string>, argv: readonly string[] = ['token']) =>
    callHelper(cargoHelper, 'token', neverClosed(), new FakeHelperBroker([account]), { argv, env });

  it('prints the header, one line', async () => {
    const env = { CARGO_REGISTRY_INDEX_URL: 'sparse+https://crates.example/index/' };
    expect(await token(env)).toMatchObject({ status: 0, stdout: 'Bearer tok-123\n', stderr: [] });
    expect(await token(env, ['token', '--scheme=none'])).toMatchObject({ status: 0, stdout: 'tok-123\n' });
  });

  it.each([{}, { CARGO_REGISTRY_INDEX_URL: 'sparse+https://evil.example/' }])('nothing for %j', async (env) => {
    const answer = await token(env);
    expect(answer).toMatchObject({ status: 1, stdout: '' });
    expect(answer.stderr).toHaveLength(1);
  });
});

it('knows a listed path however it is written', async () => {
  const accounts = [fakeAccount('lab', ['h.example/org/My%20Project/*'], { token: 'tok-123' })];
  const ask = async (name: string) =>
    (await get(request(`sparse+https://h.example/org/${name}/index/`), accounts)).answers;
  expect(await ask('My%20Project')).toEqual([
    expect.objectContaining({ Ok: expect.objectContaining({ token: expect.stringContaining('tok-123') }) }),
  ]);
  expect(await ask('Other%20Project')).toEqual([notSupported]);
});
