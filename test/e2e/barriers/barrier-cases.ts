import { expect, it } from 'vitest';
import type { BarrierName } from '../../../core/ports.ts';
import type { BarrierScene, Death } from '../../support/barrier-scene.ts';
import { barrierTable, type Fate, type StoreCase } from '../../support/barrier-table.ts';
import type { IssuedPair } from '../../support/rotating-server.ts';

export interface BarrierCases {
  readonly scene: () => BarrierScene;
  /** Between the reading of the record and its refresh. */
  readonly prepare?: () => Promise<void>;
  /** After the restart, before the account is asked for a token. */
  readonly afterRestart?: () => Promise<void>;
}

type Server = 'strict' | 'with grace';

/** Where nothing was lost both servers see the same requests; the strict one forgives less. */
const serversFor = (fate: Fate): readonly Server[] => (fate === 'lost' ? ['with grace', 'strict'] : ['strict']);

/** One test per barrier of the store and kind of server: killed there, restarted, judged. */
export function testEveryBarrier(store: StoreCase, { scene, prepare, afterRestart }: BarrierCases): void {
  const passage = barrierTable[store];
  const rows = passage.flatMap(([barrier, fate]) => serversFor(fate).map((kind) => [barrier, kind, fate] as const));

  const restart = async (): Promise<void> => {
    await scene().keytray.startAgent();
    await afterRestart?.();
  };

  it('passes these barriers, in this order', async () => {
    await scene().signInAndStop();
    expect(await scene().passAll(prepare)).toEqual(passage.map(([barrier]) => barrier));
    await restart();
    await expectWorking(scene(), newest(scene()));
  });

  it.each(rows)('killed at %s, %s server: %s', async (barrier, kind, fate) => {
    scene().server.grace = kind === 'with grace';
    const first = await scene().signInAndStop();
    const death = await scene().dieAt(barrier, prepare);
    expectDeathAt(death, barrier, store);
    await judge(first, fate, kind);
  });

  it.each(['with grace', 'strict'] as const)('killed while the server answers, %s server: lost', async (kind) => {
    scene().server.grace = kind === 'with grace';
    const first = await scene().signInAndStop();
    expect(await scene().dieUnanswered(prepare)).toEqual({ passed: ['refresh_requested'], answered: false });
    await judge(first, 'lost', kind);
  });

  const judge = async (first: IssuedPair, fate: Fate, kind: Server): Promise<void> => {
    const { server, keytray } = scene();
    const second = newest(scene());
    // The server rotated before the death, or it was never asked.
    expect(second === first).toBe(fate === 'unspent');
    const presented = server.presented.length;
    await restart();
    if (fate === 'lost' && kind === 'strict') {
      if (scene().grant === 'pasted_code') await expectKept(scene(), first, presented);
      else await expectLoginRequired(scene(), first, presented);
    } else {
      const { access_token } = await keytray.api.token('lab', {});
      // A kept record is used as it is; any other is refreshed by the one token that is left.
      expect(server.presented.slice(presented)).toEqual(fate === 'kept' ? [] : [first.refresh]);
      expect(access_token).toBe((fate === 'kept' ? second : newest(scene())).access);
      await expectWorking(scene(), newest(scene()));
    }
  };
}

const newest = ({ server }: BarrierScene): IssuedPair => {
  const pair = server.issued.at(-1);
  if (pair === undefined) throw new Error('the server has issued nothing');
  return pair;
};

function expectDeathAt(death: Death, barrier: BarrierName, store: StoreCase): void {
  const order = barrierTable[store].map(([name]) => name);
  expect(death).toEqual({ passed: order.slice(0, order.indexOf(barrier) + 1), answered: false });
}

/** The record is this pair and no other: its access token is served and its refresh token is the next one spent. */
async function expectWorking({ keytray, server }: BarrierScene, pair: IssuedPair): Promise<void> {
  expect(await keytray.api.account('lab')).toMatchObject({ state: 'active' });
  expect(await keytray.api.token('lab', {})).toMatchObject({ access_token: pair.access });
  const refreshed = await keytray.api.token('lab', { force: true });
  expect(server.presented.at(-1)).toBe(pair.refresh);
  expect(server.issued.at(-1)).toMatchObject({ access: refreshed.access_token, paidWith: pair.refresh });
}

/** A registry has no word for a dead token: what it refuses is kept, and asked for again. */
async function expectKept({ keytray, server }: BarrierScene, first: IssuedPair, presented: number): Promise<void> {
  const issued = server.issued.length;
  await expect(keytray.api.token('lab', {})).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  await expect(keytray.api.token('lab', { force: true })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  expect(await keytray.api.account('lab')).toMatchObject({ state: 'degraded', reason: 'refused' });
  expect(server.presented.slice(presented)).toEqual([first.refresh, first.refresh]);
  expect(server.issued.length).toBe(issued);
}

/** Seen dead twice, then never sent again. */
async function expectLoginRequired(scene: BarrierScene, first: IssuedPair, presented: number): Promise<void> {
  const { keytray, server } = scene;
  const issued = server.issued.length;
  await expect(keytray.api.token('lab', {})).rejects.toMatchObject({ code: 'login_required' });
  await expect(keytray.api.token('lab', { force: true })).rejects.toMatchObject({ code: 'login_required' });
  expect(await keytray.api.account('lab')).toMatchObject({ state: 'login_required' });
  expect(server.presented.slice(presented)).toEqual([first.refresh, first.refresh]);
  expect(server.issued.length).toBe(issued);
}
