import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Method, RequestOf } from '../../../ipc/contract.ts';
import { createDesktopScene, type DesktopScene, openWindow, type Page, pageOf } from '../../support/desktop-scene.ts';
import { machine } from '../../support/electron-stand-in/index.ts';
import type { StandInBox } from '../../support/electron-stand-in/machine.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A page that was taken over: it may send whatever the preload script lets through, and click nothing of ours. */
describe('a page that was taken over', () => {
  let scene: DesktopScene;
  let page: Page;
  let marker: string;
  let program: string;

  const github =
    '  github:\n    service: github\n    client_id: acme\n    git: [github.com/acme/*]\n    store: memory\n';

  beforeEach(async () => {
    scene = await createDesktopScene({
      config: (issuer) => labConfig({ issuer, git: ['git.lab.example', 'b.example'], more: github }),
    });
    await scene.launch();
    page = pageOf(await openWindow());
    marker = path.join(scene.folder, 'ran');
    program = path.join(scene.folder, 'program');
    await writeFile(program, `#!/bin/sh\necho "$@" > ${marker}\n`);
    await chmod(program, 0o755);
  });
  afterEach(() => scene.close());

  const config = () => readFile(path.join(scene.folder, 'config.yaml'), 'utf8');

  async function box(): Promise<StandInBox> {
    await waitFor('the question', async () => machine.messageBoxes.length > 0);
    const [first] = machine.messageBoxes;
    if (first === undefined) throw new Error('nothing is asked');
    return first;
  }

  /** As a test's table has it: the request, what the question must name, and the words of the button. */
  type Widening = {
    readonly [M in Method]: readonly [M, (scene: Shown) => RequestOf<M>, readonly RegExp[], string, RegExp];
  }[Method];
  interface Shown {
    readonly program: string;
    readonly issuer: string;
  }

  const widenings: readonly Widening[] = [
    [
      'setBrowser',
      (shown) => ({ account: 'lab', browser: `sh -c "${shown.program} $0; exit"` }),
      [/lab/, /Now: the browser of this system/, /New: "sh" "-c" ".*program \$0; exit"/],
      'Use this program',
      /browser: /,
    ],
    [
      'editServes',
      () => ({ account: 'lab', family: 'git', hosts: ['git.lab.example', 'evil.example', 'gıthub.com'] }),
      [/lab/, /Now: git\.lab\.example, b\.example/, /New: evil\.example, gıthub\.com \(xn--/, /Removed: b\.example/],
      'Add them',
      /evil\.example/,
    ],
    [
      'editServes',
      () => ({ account: 'lab', family: 'docker', hosts: ['evil.example'] }),
      [/docker/, /Now: nowhere/, /New: evil\.example/],
      'Add them',
      /docker: \[evil\.example\]/,
    ],
    [
      'editServes',
      () => ({ account: 'github', family: 'git', hosts: ['github.com'] }),
      [/github/, /Now: github\.com\/acme\/\*/, /New: github\.com/],
      'Add them',
      /git: \[github\.com\]/,
    ],
    [
      'addAccount',
      (shown) => ({
        account: 'evil',
        service: 'oidc',
        issuer: shown.issuer,
        clientId: 'evil',
        serves: { git: ['evil.example'] },
        store: 'memory' as const,
      }),
      [/evil/, /Server: http:\/\/127\.0\.0\.1:\d+\//, /git sends its credentials to: evil\.example/],
      'Add account',
      /evil:\n {4}service: oidc/,
    ],
    [
      'addAccount',
      () => ({
        account: 'evil',
        service: 'oauth',
        clientId: 'evil',
        authorizationEndpoint: 'https://evil.example/authorize',
        tokenEndpoint: 'https://gıthub.com/token',
        store: 'memory' as const,
      }),
      [/Authorization endpoint: https:\/\/evil\.example\/authorize/, /Token endpoint: https:\/\/xn--[^ ]*\/token/],
      'Add account',
      /token_endpoint: /,
    ],
    [
      'addAccount',
      () => ({ account: 'evil', service: 'dataiku', url: 'https://dıku.example/', settings: { timeout: '9' } }),
      [/Service: Dataiku/, /Address: https:\/\/xn--[^ ]*\//, /Setting timeout: 9/],
      'Add account',
      /url: /,
    ],
    [
      'addAccount',
      () => ({
        account: 'evil',
        service: 'datadog',
        awsCredentials: { kind: 'profile' as const, profile: 'ops' },
        settings: { org_uuid: '4f0c', site: 'evil.example' },
        store: 'memory' as const,
      }),
      [/Setting site: evil\.example/, /Proves who asks with: the AWS profile ops/],
      'Add account',
      /aws_credentials:/,
    ],
    [
      'addAccount',
      () => ({ account: 'github@evil', service: 'github', clientId: 'evil', store: 'memory' as const }),
      [/Service: GitHub/, /git sends its credentials to: github\.com/],
      'Add account',
      /github@evil:/,
    ],
  ];

  it.each(widenings)('changes nothing by %s until the person agrees', async (method, request, said, agree, written) => {
    const before = await config();
    const given = request({ program, issuer: scene.server.issuer });
    const ask = () => page.ask(method, given as never);

    const declined = ask();
    const { options, modal, click } = await box();
    const text = [options.message, options.detail].join('\n');
    for (const words of said) expect(text).toMatch(words);
    expect(options).toMatchObject({ type: 'warning', buttons: ['Cancel', agree], defaultId: 0, cancelId: 0 });
    expect(modal).toBe(true);
    expect(await config()).toBe(before);
    click('Cancel');
    expect(await declined).toMatchObject({ ok: false, error: { error: 'declined' } });
    expect(await config()).toBe(before);

    const closed = ask();
    (await box()).click(undefined);
    expect(await closed).toMatchObject({ ok: false, error: { error: 'declined' } });
    expect(await config()).toBe(before);

    const agreed = ask();
    (await box()).click(agree);
    expect(await agreed).toMatchObject({ ok: true });
    expect(await config()).toMatch(written);
    expect(existsSync(marker)).toBe(false);
  });

  it('runs no program by a browser that was declined', async () => {
    const asked = page.ask('setBrowser', { account: 'lab', browser: program });
    (await box()).click('Cancel');
    await asked;
    expect(await page.ask('startLogin', { account: 'lab', userAgent: 'browser' })).toMatchObject({ ok: true });
    await waitFor('the browser', async () => machine.opened.length === 1);
    expect(existsSync(marker)).toBe(false);
  });

  it('runs a browser that was agreed to with its words as they were shown, and no shell', async () => {
    const browser = `${program} "$(touch ${marker}-2)" ;touch ${marker}-3 |x &y \`z\``;
    const asked = page.ask('setBrowser', { account: 'lab', browser });
    const { options, click } = await box();
    expect(options.detail).toContain(`"${program}" "$(touch ${marker}-2)" ";touch" "${marker}-3" "|x" "&y" "\`z\`"`);
    click('Use this program');
    expect(await asked).toMatchObject({ ok: true });
    expect(await page.ask('startLogin', { account: 'lab', userAgent: 'browser' })).toMatchObject({ ok: true });
    await waitFor('the program', async () => existsSync(marker) && (await readFile(marker, 'utf8')) !== '');
    expect(await readFile(marker, 'utf8')).toContain(`$(touch ${marker}-2) ;touch ${marker}-3 |x &y \`z\` http://`);
    expect([existsSync(`${marker}-2`), existsSync(`${marker}-3`)]).toEqual([false, false]);
  });

  it.each([
    ['removes a host', 'editServes', { account: 'lab', family: 'git', hosts: ['b.example'] }],
    ['removes every host', 'editServes', { account: 'lab', family: 'git', hosts: [] }],
    [
      'removes the last host of a service that has its own',
      'editServes',
      { account: 'github', family: 'git', hosts: [] },
    ],
    ['goes back to the browser of the system', 'setBrowser', { account: 'lab', browser: null }],
    ['signs out', 'logout', { account: 'lab', revoke: true }],
    ['removes an account', 'removeAccount', { account: 'lab' }],
  ] as const)('%s without a question', async (_name, method, request) => {
    expect(await page.ask(method, request as never)).toMatchObject({ ok: true });
    expect(machine.messageBoxes).toEqual([]);
  });

  it('takes a service’s own hosts away by taking the last one away', async () => {
    const answer = await page.ask('editServes', { account: 'github', family: 'git', hosts: [] });
    expect(answer).toMatchObject({ ok: true, value: { serves: { git: [] } } });
  });

  it('cannot wear the person down: one question at a time', async () => {
    const before = await config();
    const first = page.ask('setBrowser', { account: 'lab', browser: program });
    await box();
    const more = await Promise.all(
      [1, 2, 3].map((n) => page.ask('editServes', { account: 'lab', family: 'git', hosts: [`evil${n}.example`] })),
    );
    for (const answer of more) expect(answer).toMatchObject({ ok: false, error: { error: 'declined' } });
    expect(machine.messageBoxes).toHaveLength(1);
    machine.messageBoxes[0]?.click('Cancel');
    await first;
    expect(await config()).toBe(before);
  });

  it('cannot change what a question was about while it is open', async () => {
    const asked = page.ask('editServes', { account: 'lab', family: 'git', hosts: ['b.example', 'c.example'] });
    const open = await box();
    expect(await page.ask('editServes', { account: 'lab', family: 'git', hosts: [] })).toMatchObject({ ok: true });
    const narrowed = await config();
    open.click('Add them');
    expect(await asked).toMatchObject({ ok: false, error: { error: 'declined' } });
    expect(await config()).toBe(narrowed);
  });

  it.each([
    ['a quote that is left open', 'setBrowser', { account: 'lab', browser: 'firefox "a' }],
    ['letters that are not seen', 'setBrowser', { account: 'lab', browser: 'fire\u202efox' }],
    [
      'more hosts than can be shown',
      'editServes',
      { account: 'lab', family: 'git', hosts: Array.from({ length: 200 }, (_, n) => `host-${n}.evil.example`) },
    ],
    ['a tool there is not', 'editServes', { account: 'lab', family: 'telnet', hosts: ['evil.example'] }],
    ['a service there is not', 'addAccount', { account: 'evil', service: 'evil' }],
  ] as const)('is refused %s, and nothing is asked', async (_name, method, request) => {
    const before = await config();
    expect(await page.ask(method, request as never)).toMatchObject({ ok: false, error: { error: 'invalid_request' } });
    expect(machine.messageBoxes).toEqual([]);
    expect(await config()).toBe(before);
  });
});
