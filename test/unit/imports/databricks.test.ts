import { describe, expect, it } from 'vitest';
import { readDatabricks } from '../../../core/imports/databricks.ts';
import { told } from './told.ts';

const file = '/home/kim/.databrickscfg';
const text = `; The profile defined in the DEFAULT section is to be used as a fallback when no profile is explicitly specified.
[DEFAULT]
host  = https://dbc-1.cloud.databricks.com/
token = dapi0000000000000000000000000000000a # from the settings page

[ci]
host=https://dbc-2.cloud.databricks.com
client_id = 6f4a
client_secret = dose-secret

[me]
host      = dbc-3.cloud.databricks.com
auth_type = databricks-cli

[account]
host = https://accounts.cloud.databricks.com
account_id = 11111111-2222-4333-8444-555555555555

[cloud]
host = https://adb-4.azuredatabricks.net
auth_type = azure-cli

[empty]

[__settings__]
default_profile = me
`;

describe('.databrickscfg', () => {
  it('has an account for each profile', () => {
    const { accounts, notes } = readDatabricks({ file, text });
    expect(accounts.map(told)).toEqual([
      {
        id: 'databricks',
        fields: { service: 'databricks', grant: 'api_key', url: 'https://dbc-1.cloud.databricks.com' },
        secrets: { api_key: 'dapi0000000000000000000000000000000a' },
        notes: [],
      },
      {
        id: 'databricks@ci',
        fields: {
          service: 'databricks',
          grant: 'client_credentials',
          url: 'https://dbc-2.cloud.databricks.com',
          client_id: '6f4a',
        },
        secrets: { client_secret: 'dose-secret' },
        notes: [],
      },
      {
        id: 'databricks@me',
        fields: { service: 'databricks', url: 'https://dbc-3.cloud.databricks.com' },
        secrets: {},
        notes: [],
      },
      {
        id: 'databricks@account',
        fields: {
          service: 'databricks',
          url: 'https://accounts.cloud.databricks.com',
          settings: { account_id: '11111111-2222-4333-8444-555555555555' },
        },
        secrets: {},
        notes: [],
      },
    ]);
    expect(notes).toEqual([expect.stringContaining('profile cloud: auth_type azure-cli is not taken over')]);
  });

  it('loses a token or client secret and no other byte', () => {
    const [first, second] = readDatabricks({ file, text }).accounts;
    expect(first?.takeOut?.without(text)).toBe(text.replace(/token = .*\n/, ''));
    expect(second?.takeOut?.without(text)).toBe(text.replace(/client_secret = .*\n/, ''));
    expect(first?.takeOut?.without(text.replace('000a', '000b'))).toBeUndefined();
    expect(first?.takeOut?.without('')).toBeUndefined();
  });

  it('tells of a profile without a host, and of one with a password in it', () => {
    const { accounts, notes } = readDatabricks({
      file,
      text: '[a]\ntoken = dapi1\n[b]\nhost = https://u:hunter2@h\ntoken = dapi2\n',
    });
    expect(accounts).toEqual([]);
    expect(notes).toEqual([
      expect.stringContaining('profile a: no host'),
      expect.stringContaining('user name or password in the URL'),
    ]);
    expect(notes.join()).not.toMatch(/hunter2|dapi/);
  });
});
