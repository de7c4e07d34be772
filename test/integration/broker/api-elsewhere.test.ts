import { afterEach, describe, expect, it } from 'vitest';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';

/** What `keytray proxy` needs: the address of an API is hardly ever that of the server people sign in at. */
describe('an account whose API is at another host than its authorization server', () => {
  let lab: Laboratory;
  afterEach(() => lab.close());

  it('is signed in, refreshed, and still signed in after a restart', async () => {
    lab = await startLaboratory({ more: '    url: https://api.lab.example\n' });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    const { access_token: first } = await lab.broker.token('lab', {}, caller);
    const { access_token: second } = await lab.broker.token('lab', { force: true }, caller);
    expect(second).not.toBe(first);
    await lab.broker.stop();
    const restarted = await lab.restarted();
    expect((await restarted.token('lab', {}, caller)).access_token).toBe(second);
    expect((await restarted.token('lab', { force: true }, caller)).access_token).not.toBe(second);
    expect(lab.refreshes()).toBe(2);
    await restarted.stop();
  });
});
