import { describe, expect, it } from 'vitest';
import { readDataiku } from '../../../core/imports/dataiku.ts';
import { told } from './told.ts';

const file = '/home/kim/.dataiku/config.json';
const text = `{
  "dss_instances": {
    "default": {"url": "https://dss.example/", "api_key": "dkuaps-one", "no_check_certificate": true,  "x": 1},
    "Prod EU": {
      "url": "dss-prod.example:11200",
      "api_key": "dkuaps-two"
    }
  },
  "default_instance": "default"
}
`;

describe('config.json of Dataiku', () => {
  it('has an account for each instance, verified again', () => {
    const { accounts, notes } = readDataiku({ file, text });
    expect(accounts.map(told)).toEqual([
      {
        id: 'dataiku',
        fields: { service: 'dataiku', url: 'https://dss.example' },
        secrets: { api_key: 'dkuaps-one' },
        notes: [expect.stringContaining('certificate check is switched off')],
      },
      {
        id: 'dataiku@prod-eu',
        fields: { service: 'dataiku', url: 'https://dss-prod.example:11200' },
        secrets: { api_key: 'dkuaps-two' },
        notes: [],
      },
    ]);
    expect(notes).toEqual([]);
  });

  it('loses a key and no other byte', () => {
    const [first, second] = readDataiku({ file, text }).accounts;
    expect(first?.takeOut?.without(text)).toBe(text.replace(' "api_key": "dkuaps-one",', ''));
    expect(second?.takeOut?.without(text)).toBe(text.replace(',\n      "api_key": "dkuaps-two"', ''));
    const line = JSON.stringify(JSON.parse(text));
    expect(readDataiku({ file, text: line }).accounts[0]?.takeOut?.without(line)).toBe(
      line.replace(',"api_key":"dkuaps-one"', ''),
    );
  });

  it('keeps a key that was put there since', () => {
    const [first] = readDataiku({ file, text }).accounts;
    expect(first?.takeOut?.without(text.replace('dkuaps-one', 'dkuaps-new'))).toBeUndefined();
    expect(first?.takeOut?.without('not JSON any more')).toBeUndefined();
  });

  it.each([
    ['a password in the address', 'https://kim:hunter2@dss.example', /user name or password in the URL/],
    ['http', 'http://dss.example', /http is accepted for loopback hosts only/],
    ['no address', 'https://', /not a URL/],
  ])('tells of an instance with %s, and repeats nothing of it', (_, url, why) => {
    const { accounts, notes } = readDataiku({
      file,
      text: JSON.stringify({ dss_instances: { lab: { url, api_key: 'dkuaps-one' } } }),
    });
    expect(accounts).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(notes.join()).not.toMatch(/hunter2|dkuaps/);
  });

  it.each(['{}', '{"dss_instances": []}', '', '{"dss_instances": {"a": null, "b": {"url": "https://x"}}}'])(
    'has none in %j',
    (other) => expect(readDataiku({ file, text: other }).accounts).toEqual([]),
  );

  it('names the line of a mistake', () => {
    expect(() => readDataiku({ file, text: '{\n  "dss_instances": oops\n}' })).toThrow(`${file}:2: `);
  });
});
