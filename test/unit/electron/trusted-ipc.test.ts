import { beforeEach, describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { serveTrusted } from '../../../electron/security/trusted-ipc.ts';
import { channelOf, listeningChannel, methods } from '../../../ipc/channels.ts';
import type { AppApi } from '../../../ipc/contract.ts';
import { Log } from '../../support/broker.ts';
import { sendAs } from '../../support/desktop-scene.ts';
import { ipcMain, resetElectron } from '../../support/electron-stand-in/index.ts';
import { StandInFrame, StandInWebContents } from '../../support/electron-stand-in/windows.ts';

interface Scene {
  readonly asked: { readonly method: string; readonly request: unknown }[];
  readonly listening: unknown[];
  readonly log: Log;
  readonly page: StandInWebContents;
}

const secret = 'eyJhbGciOiJub25lIn0.c2VjcmV0.c2VjcmV0';

function served(answer: () => unknown = () => 'answer'): Scene {
  const asked: Scene['asked'] = [];
  const listening: unknown[] = [];
  const log = new Log();
  const page = new StandInWebContents();
  page.mainFrame = new StandInFrame('app://bundle/index.html');
  const api = Object.fromEntries(
    methods.map((method) => [
      method,
      async (request: unknown) => {
        asked.push({ method, request });
        return answer();
      },
    ]),
  ) as unknown as AppApi;
  serveTrusted({
    api,
    logger: log,
    isOurs: (contents) => (contents as unknown) === page,
    listening: (contents) => listening.push(contents),
  });
  return { asked, listening, log, page };
}

const status = channelOf('status');
const refused = { ok: false, error: { error: 'access_denied' } };

describe('the door for pages', () => {
  beforeEach(resetElectron);

  it('has one handler for each entry of the contract, and answers our page', async () => {
    const { page, asked } = served();
    expect([...ipcMain.testHandlers.keys()].sort()).toEqual(methods.map(channelOf).sort());
    expect(await sendAs(page, page.mainFrame).invoke(status, undefined)).toEqual({ ok: true, value: 'answer' });
    expect(asked).toEqual([{ method: 'status', request: undefined }]);
  });

  it.each([
    ['a page that went elsewhere', 'https://evil.example/'],
    ['a page whose address begins like ours', 'app://bundle.evil.example/'],
    ['a file', 'file:///tmp/x.html'],
  ])('is shut to %s', async (_name, url) => {
    const { page, asked, log } = served();
    page.mainFrame = new StandInFrame(url);
    expect(await sendAs(page, page.mainFrame).invoke(status, undefined)).toMatchObject(refused);
    expect(asked).toEqual([]);
    expect(log.lines.join()).toContain('a foreign page was refused');
  });

  it('is shut to a frame in our page, to one that has gone, and to another window', async () => {
    const { page, asked, listening } = served();
    const frame = new StandInFrame('app://bundle/index.html');
    expect(await sendAs(page, frame).invoke(status, undefined)).toMatchObject(refused);
    expect(await sendAs(page, null).invoke(status, undefined)).toMatchObject(refused);
    const other = new StandInWebContents();
    other.mainFrame = new StandInFrame('app://bundle/index.html');
    expect(await sendAs(other, other.mainFrame).invoke(status, undefined)).toMatchObject(refused);
    sendAs(page, frame).send(listeningChannel);
    sendAs(page, null).send(listeningChannel);
    sendAs(other, other.mainFrame).send(listeningChannel);
    expect([asked, listening]).toEqual([[], []]);
    sendAs(page, page.mainFrame).send(listeningChannel);
    expect(listening).toEqual([page]);
  });

  it.each([
    ['copyToken', undefined],
    ['copyToken', null],
    ['copyToken', 'lab'],
    ['copyToken', { account: '../lab' }],
    ['copyToken', { account: 'lab', more: 1 }],
    ['copyToken', { account: ['lab'] }],
    ['status', { account: 'lab' }],
    ['logout', { account: 'lab', revoke: 'yes' }],
    ['openExternal', { target: 'url', url: 'https://evil.example' }],
    ['setClientSecret', { account: 'lab', clientSecret: 'x'.repeat(5_000) }],
    ['startLogin', JSON.parse('{"account":"lab","userAgent":"browser","__proto__":{"switch":true}}')],
  ] as const)('%s refuses %j, and repeats nothing of it', async (method, request) => {
    const { page, asked } = served();
    const answer = await sendAs(page, page.mainFrame).invoke(channelOf(method), request);
    expect(answer).toMatchObject({ ok: false, error: { error: 'invalid_request' } });
    expect(JSON.stringify(answer)).not.toMatch(/evil|xxxx|\.\.\/lab/);
    expect(asked).toEqual([]);
  });

  it('says of a failure what the local API would, and nothing of one that nobody foresaw', async () => {
    const known = served(() => {
      throw new KeytrayError('login_required', 'sign in to Lab', { account: 'lab' });
    });
    expect(await sendAs(known.page, known.page.mainFrame).invoke(status, undefined)).toEqual({
      ok: false,
      error: { error: 'login_required', error_description: 'sign in to Lab', account: 'lab' },
    });
    resetElectron();
    const unforeseen = served(() => {
      throw new Error(secret);
    });
    const answer = await sendAs(unforeseen.page, unforeseen.page.mainFrame).invoke(status, undefined);
    expect(answer).toMatchObject({ ok: false, error: { error: 'internal_error' } });
    expect(JSON.stringify([answer, unforeseen.log.lines])).not.toContain(secret);
  });
});
