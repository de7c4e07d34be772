import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { resolveAccount } from '../../../core/config/resolve.ts';
import { services } from '../../../core/services/registry.ts';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Datadog, startDatadog } from '../../support/vendors/datadog/datadog.ts';

let datadog: Datadog;
let scene: GrantScene;

const config = (lines: string): string => `accounts:\n  datadog: { service: datadog, grant: api_key, ${lines} }\n`;

beforeEach(async () => {
  datadog = await startDatadog();
  scene = new GrantScene(config(`url: "${datadog.url}"`));
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await datadog.close();
});

const enter = async (apiKey: string, appKey: string) => scene.enter({ api_key: apiKey, app_key: appKey }, 'datadog');

describe('the keys of Datadog', () => {
  it('are tried before they are kept', async () => {
    row('G1');
    const { apiKey, appKey } = datadog.keys;
    await enter(apiKey, appKey);
    expect(datadog.to('/api/v2/validate_keys')).toHaveLength(1);
    expect(await scene.broker.test('datadog', {}, caller)).toMatchObject({ ok: true, checked: true });
  });

  it.each(['api_key', 'app_key'])('are not kept where the %s is wrong', async (wrong) => {
    const { apiKey, appKey } = datadog.keys;
    const [first, second] = wrong === 'api_key' ? ['wrong-key', appKey] : [apiKey, 'wrong-key'];
    expect(await failureOf(enter(first, second))).toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('Datadog does not know the API key'),
    });
    expect(await scene.stored('datadog')).toBe('{}');
  });

  it('are given up when Datadog refuses them twice', async () => {
    const { apiKey, appKey } = datadog.keys;
    await enter(apiKey, appKey);
    datadog.faults.add('/api/v2/validate_keys', { kind: 'reply', status: 403, body: { errors: ['Forbidden'] } }, 2);
    expect(await scene.broker.test('datadog', {}, caller)).toMatchObject({ ok: false, error: 'access_denied' });
    expect(await scene.state('datadog')).toBe('degraded/key_refused');
    scene.clock.advance(2_100);
    await expect.poll(() => scene.state('datadog')).toBe('login_required/key_refused');
  });

  it('are sent to the site they were given for, and to no other', async () => {
    const { apiKey, appKey } = datadog.keys;
    await enter(apiKey, appKey);
    const other = await startDatadog();
    scene.configure(config(`url: "${other.url}"`));
    expect(await scene.broker.test('datadog', {}, caller)).toMatchObject({ ok: false });
    expect(other.requests).toHaveLength(0);
    await other.close();
  });
});

describe('a site of Datadog', () => {
  const read = (site: string) =>
    interpretConfig([{ file: 'config.yaml', text: config(`settings: { site: "${site}" }`) }]);
  it.each([
    ['datadoghq.eu', 'https://api.datadoghq.eu'],
    ['us5.datadoghq.com', 'https://api.us5.datadoghq.com'],
  ])('%s has its API at %s', (site, url) => {
    const result = read(site);
    const written = result.kind === 'ok' ? result.config.accounts.get('datadog') : undefined;
    const service = services.get('datadog');
    expect(written && service && resolveAccount(written, service).url).toBe(url);
  });

  it.each(['evil.example/x', 'a@evil.example', 'evil.example#', 'x y.example', 'localhost'])(
    'is not %s, which would lead elsewhere',
    (site) => {
      expect(JSON.stringify(read(site))).toContain('site is not a host name');
    },
  );
});
