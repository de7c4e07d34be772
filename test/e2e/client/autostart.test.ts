import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { endStartedAgents } from '../../support/started-agents.ts';

const account = 'lab: { service: oidc, issuer: "https://login.lab.example", client_id: keytray, git: [x.example] }';
const notRunning = {
  status: 1,
  stdout: 'quit=1\n',
  stderr: 'keytray: not running; start it with: keytray start\n',
};
const question = 'protocol=https\nhost=y.example\n';

describe.each([
  ['the native client', [program('git-credential-keytray')]],
  ['the twin', [process.execPath, `${repository}/out/lib/client.js`, 'git-credential-keytray']],
] as const)('%s that finds no broker', (_title, [file, ...first]) => {
  let keytray: Keytray;

  beforeEach(async () => {
    keytray = await createKeytray();
  });

  afterEach(async () => {
    await endStartedAgents(keytray);
    await keytray.close();
  });

  const get = () => runToEnd(file, [...first, 'get'], { env: keytray.env, cwd: keytray.folder, input: question });
  /** A busy machine may take longer to start an agent than a helper waits for it. */
  const getAtLast = async () => {
    for (;;) {
      const answer = await get();
      if (answer.status !== 1) return answer;
      expect(answer).toEqual(notRunning);
    }
  };
  const running = async (): Promise<number | undefined> => (await keytray.api.status().catch(() => undefined))?.pid;

  it('starts the agent where the configuration says so, and gets its answer', async () => {
    await keytray.configure(`agent: { autostart: true }\naccounts:\n  ${account}\n`);
    expect(await getAtLast()).toEqual({ status: 0, stdout: '', stderr: '' });
    const pid = await running();
    expect(pid).toBeTypeOf('number');
    expect(await get()).toMatchObject({ status: 0 });
    expect(await running()).toBe(pid);
  });

  it('starts one agent for all who ask at once', async () => {
    await keytray.configure(`agent: { autostart: true }\naccounts:\n  ${account}\n`);
    const answers = await Promise.all(Array.from({ length: 4 }, getAtLast));
    expect(answers.map(({ status, stderr }) => ({ status, stderr }))).toEqual(Array(4).fill({ status: 0, stderr: '' }));
  });

  it.each([
    `accounts:\n  ${account}\n`,
    `agent: { autostart: false }\naccounts:\n  ${account}\n`,
    'agent: { autostart: true }\nnonsense: 1\n',
  ])('starts nothing otherwise (%j)', async (config) => {
    await keytray.configure(config);
    expect(await get()).toEqual(notRunning);
    expect(await running()).toBeUndefined();
  });
});
