import { describe, expect, it } from 'vitest';
import { caller, startLaboratory } from '../../support/broker.ts';

describe('a test of an account at an OpenID provider', () => {
  it.each([
    ['names the person where userinfo is JSON', undefined, 'ada'],
    ['shows that the token is good where userinfo is signed', 'ES256', undefined],
  ] as const)('%s', async (_what, userinfoAlgorithm, who) => {
    const client = { clientId: 'keytray', ...(userinfoAlgorithm !== undefined && { userinfoAlgorithm }) };
    const lab = await startLaboratory({ server: { clients: [client] } });
    await lab.broker.start();
    try {
      await lab.signIn();
      const before = lab.server.requests.userinfo;
      const view = await lab.broker.test('lab', {}, caller);
      expect(view).toMatchObject({ ok: true, checked: true });
      expect(view.who).toBe(who);
      expect(lab.server.requests.userinfo).toBe(before + 1);
    } finally {
      await lab.broker.stop();
      await lab.close();
    }
  });
});
