import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../../support/processes.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';
import { host, lists, type Tool, tools } from './tools.ts';

const size = 1_000;
const together = 64;

describe('a thousand helper processes of many tools at an expired rotating token', () => {
  let lifetime = 1;
  let lab: SignedIn;

  beforeAll(async () => {
    lab = await startSignedIn(lists, {
      git: [host],
      server: { configuration: { ttl: { AccessToken: () => lifetime } } },
    });
  });

  afterAll(() => lab?.close());

  /** `right`, or what is wrong. */
  async function ask({ name, file, args, input, env, tokenIn }: Tool): Promise<string> {
    const { status, stdout, stderr } = await runToEnd(file, args, {
      env: { ...lab.keytray.env, ...env },
      cwd: lab.keytray.folder,
      input,
    });
    const token = status === 0 && stderr === '' ? tokenIn(stdout) : undefined;
    return token ?? `${name} ended with ${status}: ${stdout}${stderr}`;
  }

  it('make exactly one refresh, and every answer is right', async () => {
    // The first token lives one second; what the herd gets lives long enough for the slowest of it.
    const { expires_at: expiresAt = '' } = await lab.keytray.api.account('lab');
    await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(Date.parse(expiresAt));
    lifetime = 600;
    lab.server.faults.delay = 1_500;
    const { refresh_token: before, refused } = lab.server.requests;

    const answers = new Map<string, number>();
    const asked = new Set<string>();
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < size) {
        const tool = tools[next % tools.length];
        next += 1;
        if (tool === undefined) throw new Error('there is no tool');
        asked.add(tool.name);
        const answer = await ask(tool);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: together }, worker));

    expect(lab.server.requests).toMatchObject({ refresh_token: before + 1, refused });
    expect([...answers]).toEqual([[await lab.token(), size]]);
    expect(asked.size).toBe(tools.length);
    expect(await lab.server.introspect(await lab.token())).toMatchObject({ active: true, sub: 'ada' });
  });

  it('leave the login as good as it was', async () => {
    lab.server.faults.delay = 0;
    await lab.refresh();
    expect(await lab.keytray.api.account('lab')).toMatchObject({ state: 'active' });
  });
});
