import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerEvent } from '../../../core/wire/schemas.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('hand-outs the person has stopped', () => {
  let lab: Laboratory;

  beforeEach(async () => {
    lab = await startLaboratory();
    await lab.signIn();
  });
  afterEach(() => lab.close());

  /** git asks; what the helper writes. */
  const git = async (): Promise<string> => {
    let said = '';
    const stdin = async function* () {
      yield Buffer.from('protocol=https\nhost=git.lab.example\n\n');
    };
    const call = {
      operation: 'get',
      argv: ['git-credential-keytray', 'get'],
      env: {},
      cwd: '/',
      parents: [],
      stdin: stdin(),
      stdout: (text: string) => {
        said += text;
      },
      stderr: (line: string) => {
        said += line;
      },
      become: () => undefined,
      signal: caller.signal,
    };
    await lab.broker.helper('git', call, caller);
    return said;
  };

  it('reach neither programs nor git while they are paused, and nobody is asked to sign in', async () => {
    lab.broker.gate.pause(60_000);
    expect(await failureOf(lab.broker.token('lab', {}, caller))).toMatchObject({
      code: 'temporarily_unavailable',
      retryAfter: expect.any(Number),
    });
    expect(await git()).toContain('paused');
    expect(await git()).not.toContain('password=');
    expect(lab.notices.shown).toEqual([]);
    await lab.broker.gate.open();
    expect(await git()).toContain('password=');
  });

  it('are stopped for callers who were waiting already', async () => {
    await lab.broker.logout('lab', { revoke: false });
    const waiting = failureOf(lab.broker.token('lab', { wait: 30 }, caller));
    await waitFor('the request', async () => lab.notices.shown.length > 0);
    await lab.broker.gate.lock();
    await lab.signIn();
    expect(await waiting).toMatchObject({ code: 'keychain_locked' });
  });

  it('leave the person their own token and the button that renews it', async () => {
    await lab.broker.gate.lock();
    const before = await lab.broker.tokens.forPerson('lab');
    await lab.broker.tokens.refresh('lab');
    const after = await lab.broker.tokens.forPerson('lab');
    expect(before.equals(after)).toBe(false);
    expect(lab.refreshes()).toBe(1);
  });

  it('are told to whoever listens, and in the status', async () => {
    const heard: BrokerEvent[] = [];
    lab.broker.subscribe((event) => heard.push(event));
    await lab.broker.gate.lock();
    await waitFor('the event', async () => heard.length > 0);
    expect(heard).toMatchObject([{ type: 'state', status: { hand_outs: { state: 'locked' } } }]);
    await lab.broker.gate.open();
    expect(await lab.broker.status()).not.toHaveProperty('hand_outs');
  });
});
