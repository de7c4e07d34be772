import { describe, expect, it } from 'vitest';
import { positionOf, scanText } from '../../../core/scan/scan-text.ts';
import { row } from '../../rows/row.ts';

const hex = (length: number) => '0123456789abcdef'.repeat(3).slice(0, length);
/** In two parts, so that scanners of this repository find nothing. */
const github = `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`;

async function kindsIn(text: string, file = 'app/settings.txt', settings = {}) {
  const places = await scanText(file, text, settings);
  return places.map(({ kind, from, to }) => [kind, text.slice(from, to)]);
}

describe('a secret in a text', () => {
  it.each([
    ['Quilt API key', `key = "qk_${hex(24)}"`, `qk_${hex(24)}`],
    ['Dataiku API key', `api_key: dkuaps-${hex(32)}`, `dkuaps-${hex(32)}`],
    ['Dataiku API key', '{"dss_instances": {"a": {"url": "https://x", "api_key": "plain-words-1"}}}', 'plain-words-1'],
    ['Databricks token', `token = dapi${hex(32)}`, `dapi${hex(32)}`],
    ['Databricks client secret', `client_secret = dose${hex(32)}`, `dose${hex(32)}`],
    ['Datadog API key', `DD_API_KEY=${hex(32)}`, hex(32)],
    ['Datadog API key', `headers = {'dd-api-key': '${hex(32)}'}`, hex(32)],
    ['Datadog application key', `export DATADOG_APP_KEY="${hex(40)}"`, hex(40)],
    ['Databricks token as a database password, which no database takes', `PGPASSWORD=dapi${hex(32)}`, `dapi${hex(32)}`],
    [
      'Databricks token as a database password, which no database takes',
      `LAKEBASE_PASSWORD: "dapi${hex(32)}-2"`,
      `dapi${hex(32)}-2`,
    ],
    ['OAuth client secret', `OAUTH_CLIENT_SECRET=${hex(20)}_-XYZ`, `${hex(20)}_-XYZ`],
    ['github: GITHUB_TOKEN', `x ${github} y`, github],
  ])('is found: %s in %j', async (kind, text, secret) => {
    row('D21', 'G9', 'L2');
    expect(await kindsIn(text)).toEqual([[kind, secret]]);
  });

  it.each([
    `QUILT_API_KEY=\${QUILT_API_KEY}`,
    'qk_short',
    `task_qk_${hex(24)}`,
    `DD_API_KEY=${hex(31)}`,
    `DD_API_KEY=${hex(33)}`,
    'OAUTH_CLIENT_SECRET = process.env.OAUTH_CLIENT_SECRET_2',
    'OAUTH_CLIENT_SECRET: settings.oauth_client_secret_1',
    'OAUTH_CLIENT_SECRET=your-client-secret-here',
    'PGPASSWORD=hunter2',
    '{"api_key": "plain-words-1"}',
    'dapibus',
    '',
  ])('is none: %j', async (text) => expect(await kindsIn(text)).toEqual([]));

  it('has the beginning that one says of an own Dataiku', async () => {
    const text = `a lab.key+${hex(20)} dkuaps-${hex(20)}`;
    expect(await kindsIn(text, 'a', { dataikuPrefix: 'lab.key+' })).toEqual([
      ['Dataiku API key', `lab.key+${hex(20)}`],
    ]);
  });

  it('is found once, in order, and several in a line', async () => {
    const text = `b dapi${hex(32)} qk_${hex(24)}\nPGPASSWORD=dapi${hex(32)}\n`;
    const places = await scanText('x.sh', text);
    expect(places.map(({ from }) => positionOf(text, from))).toEqual([
      { line: 1, column: 3 },
      { line: 1, column: 40 },
      { line: 2, column: 12 },
    ]);
    expect(JSON.stringify(places)).not.toContain('0123');
  });

  it('is not looked for for ever', async () => {
    const text = `${'"api_key": "'.repeat(20_000)}${'DD_API_KEY='.repeat(10_000)}${'qk_'.repeat(50_000)}`;
    expect((await scanText('x.json', text)).length).toBeLessThan(3);
  });
});
