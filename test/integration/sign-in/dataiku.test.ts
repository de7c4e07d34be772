import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let instance: Dataiku;
let scene: GrantScene;

const config = (lines: string): string => `accounts:\n  dataiku: { service: dataiku, ${lines} }\n`;

beforeEach(async () => {
  instance = await startDataiku();
  scene = new GrantScene(config(`url: "${instance.url}"`));
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await instance.close();
});

describe('Dataiku', () => {
  it.each([
    ['basic_user', 'basic_user'],
    ['basic_password', 'basic_password'],
    ['bearer', 'bearer'],
  ])('is asked with the key as %s', async (present, seen) => {
    row('D2');
    scene.configure(config(`url: "${instance.url}", present: ${present}`));
    await scene.enter({ api_key: knownKeys.personal }, 'dataiku');
    expect(instance.presented.at(-1)).toBe(seen);
    expect(await scene.broker.test('dataiku', {}, caller)).toMatchObject({ ok: true, checked: true, expires_in: null });
  });

  it('names whose key it is', async () => {
    await scene.enter({ api_key: knownKeys.personal }, 'dataiku');
    const { subject } = await scene.broker.account('dataiku');
    expect(subject?.name).toBe((await scene.broker.test('dataiku', {}, caller)).who);
    expect(subject?.name).not.toContain(knownKeys.personal);
  });

  it('that does not know the key says what to do', async () => {
    expect(await failureOf(scene.enter({ api_key: 'a-key-nobody-has' }, 'dataiku'))).toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('Dataiku does not know this key'),
      advice: expect.stringContaining('API keys'),
    });
    expect(await scene.stored('dataiku')).toBe('{}');
  });
});
