import { afterEach, describe, expect, it } from 'vitest';
import { type FaultScene, hour, type Served, second, startFaultScene } from '../../support/fault-scene.ts';
import { type FaultRow, faultRows } from './fault-rows.ts';

const lifetime = 3_600;
const whatCame = (served: Served): string => ('code' in served ? served.code : 'token');

describe('a refresh that meets', () => {
  let scene: FaultScene;
  afterEach(() => scene.close());

  it.each(faultRows.map((row): [string, FaultRow] => [row.name, row]))('%s', async (_name, row) => {
    scene = await startFaultScene({ lifetime });
    scene.server.grace = row.grace ?? false;
    const atFirst = await scene.ask();
    scene.server.fault = row.fault();

    const ahead = await scene.pass((lifetime - 100) * second);
    const whileValid = await scene.state();
    const plain = await scene.ask();
    expect(plain).toMatchObject(
      whileValid === 'active' ? { token: scene.server.issued.at(-1)?.access } : { ...atFirst, expiresIn: 100 },
    );
    expect(scene.notices.shown.filter(({ id }) => id.startsWith('sign-in'))).toEqual([]);
    expect((await scene.openLogins()).length).toBe(0);
    const insisting = whatCame(await scene.ask({ min_ttl: 200 }));

    await scene.pass(200 * second);
    const expired = await scene.state();
    const served = await scene.ask();
    const requests = await scene.pass(hour);
    const notices = scene.notices.shown.map(({ id }) => id);

    scene.server.fault = undefined;
    const asked = scene.server.presented.length;
    await scene.pass(hour + second);
    const healed = whatCame(await scene.ask());

    const seen = { ahead, whileValid, insisting, expired, served: whatCame(served), hour: requests, notices, healed };
    expect(seen).toEqual(row.expected);
    if (healed === 'token') {
      expect(await scene.state()).toBe('active');
      expect(scene.notices.open.size).toBe(0);
    } else {
      expect(scene.server.presented.length).toBe(asked);
      expect(await scene.signIn()).toMatchObject({ state: 'succeeded' });
      expect(await scene.state()).toBe('active');
    }
    expect(scene.browsers.opened).toEqual([]);
  });
});
