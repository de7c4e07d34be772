import { afterEach, describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import type { UserAgent } from '../../../core/ports.ts';
import { type Laboratory, startLaboratory } from '../../support/broker.ts';

/** Opens nothing until there is a display. */
class Headless implements UserAgent {
  display = false;

  async open(): Promise<void> {
    if (!this.display) throw new KeytrayError('temporarily_unavailable', 'there is no display');
  }
}

describe('a sign-in on a machine without a browser', () => {
  let lab: Laboratory;
  const userAgent = new Headless();
  afterEach(() => lab.close());

  it('says so at once, with what the server offers instead', async () => {
    lab = await startLaboratory({ parts: { userAgent }, server: { deviceFlow: { interval: 1 } } });
    const login = await lab.broker.startLogin('lab', { user_agent: 'browser' });
    expect(login.no_browser).toEqual({ why: 'there is no display', device: true });
    const withCode = await lab.broker.startLogin('lab', { user_agent: 'device' });
    expect(withCode).toMatchObject({ login_id: login.login_id, user_code: expect.stringMatching(/\w/) });
    userAgent.display = true;
    expect((await lab.broker.startLogin('lab', { user_agent: 'browser' })).no_browser).toBeUndefined();
    userAgent.display = false;
  });

  it('offers no code that the server does not have', async () => {
    lab = await startLaboratory({ parts: { userAgent } });
    const { no_browser } = await lab.broker.startLogin('lab', { user_agent: 'browser' });
    expect(no_browser).toEqual({ why: 'there is no display', device: false });
  });
});
