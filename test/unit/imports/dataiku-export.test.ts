import { describe, expect, it } from 'vitest';
import { readDataiku } from '../../../core/imports/dataiku.ts';
import { instanceProblem, isUnverified, withInstance } from '../../../core/imports/dataiku-export.ts';
import { Secret } from '../../../core/secret.ts';
import { told } from './told.ts';

const file = '/home/kim/.dataiku/config.json';
const instance = { name: 'prod', url: 'https://dss.example', key: new Secret('dkuaps-new') };

describe('an instance in config.json', () => {
  it('is the first, and the default, of a new file', () => {
    const text = withInstance(undefined, file, instance);
    expect(JSON.parse(text)).toEqual({
      dss_instances: { prod: { url: 'https://dss.example', api_key: 'dkuaps-new' } },
      default_instance: 'prod',
    });
    expect(readDataiku({ file, text }).accounts.map(told)).toMatchObject([
      { id: 'dataiku@prod', secrets: { api_key: 'dkuaps-new' } },
    ]);
  });

  it('takes nothing of others, nor what we do not know', () => {
    const before = {
      dss_instances: {
        default: { url: 'https://other.example', api_key: 'dkuaps-other' },
        prod: { url: 'https://dss.example/', api_key: 'dkuaps-old', no_check_certificate: true, team: 'x' },
      },
      default_instance: 'default',
      theirs: [1],
    };
    expect(JSON.parse(withInstance(JSON.stringify(before), file, instance))).toEqual({
      ...before,
      dss_instances: {
        ...before.dss_instances,
        prod: { ...before.dss_instances.prod, api_key: 'dkuaps-new' },
      },
    });
    expect(isUnverified(JSON.stringify(before), file, 'prod')).toBe(true);
    expect(isUnverified(JSON.stringify(before), file, 'default')).toBe(false);
  });

  it('never takes the place of one at another address', () => {
    const text = '{"dss_instances": {"prod": {"url": "https://else.example", "api_key": "dkuaps-old"}}}';
    expect(instanceProblem(text, file, 'prod', instance.url)).toContain('at another address');
    expect(() => withInstance(text, file, instance)).toThrow('at another address');
    expect(instanceProblem(undefined, file, 'prod', instance.url)).toBeUndefined();
  });
});
