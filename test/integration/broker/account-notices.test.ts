import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';

const json = { 'content-type': 'application/json' };

describe('notices before anybody waits', () => {
  let lab: Laboratory;
  const titles = () => lab.notices.shown.map(({ title }) => title);

  beforeEach(async () => {
    lab = await startLaboratory({ server: { accessTokenTtl: 3_600 } });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  });
  afterEach(() => lab.close());

  const refresh = () => lab.broker.token('lab', { force: true }, caller).catch((error: unknown) => error);

  it('name the error of a client that is refused, once, until it is settled', async () => {
    lab.server.faults.outage = { status: 401, body: '{"error":"invalid_client"}', headers: json };
    await refresh();
    await refresh();
    expect(titles()).toEqual(['lab refuses this client']);
    expect(lab.notices.shown[0]?.body).toContain('invalid_client');
    lab.server.faults.outage = undefined;
    await refresh();
    expect(lab.notices.open.size).toBe(0);
  });

  it('are none of a server that is down', async () => {
    lab.server.faults.outage = { status: 503, body: 'busy' };
    await refresh();
    expect(titles()).toEqual([]);
  });

  it('warn a day before a login ends that no refresh puts off, and renew it by one click', async () => {
    const reply = (seconds: number, token: string) => ({
      status: 200,
      headers: json,
      body: JSON.stringify({
        access_token: token,
        token_type: 'bearer',
        expires_in: 3_600,
        refresh_token: 'r',
        refresh_token_expires_in: seconds,
      }),
    });
    const day = 86_400;
    lab.server.faults.outage = reply(30 * day, 'a');
    await refresh();
    lab.server.faults.outage = reply(30 * day, 'b');
    await refresh();
    await lab.broker.start();
    expect(titles()).toEqual([]);
    lab.clock.skip((29 * day + 60) * 1_000);
    lab.server.faults.outage = reply(day - 60, 'c');
    await refresh();
    expect(titles()).toEqual([expect.stringMatching(/^lab ends (today|tomorrow) at \d\d:\d\d$/)]);
    lab.server.faults.outage = undefined;
    lab.notices.choose('login-ends:lab', 'renew');
    await expect.poll(() => lab.browsers.opened.length).toBe(1);
    lab.broker.stop();
  });

  it('are none of a session that each refresh prolongs', async () => {
    for (const at of [1, 2, 3]) {
      lab.server.faults.outage = {
        status: 200,
        headers: json,
        body: `{"access_token":"${at}","token_type":"bearer","expires_in":300,"refresh_token":"r","refresh_expires_in":1800}`,
      };
      await refresh();
      lab.clock.skip(600_000);
    }
    lab.broker.configure({ accounts: new Map(), agent: { autostart: true, tray: 'auto' }, reminder: 15 }, []);
    expect(titles()).toEqual([]);
  });
});
