import { describe, expect, it } from 'vitest';
import { forwardedEnvironment } from '../../../client/forwarded-environment.ts';
import { helpers } from '../../../core/helpers/registry.ts';

describe('forwardedEnvironment', () => {
  it.each([...helpers.values()].map((helper) => [helper.protocol, helper] as const))(
    'sends the %s helper what it lists, and nothing else',
    (protocol, helper) => {
      const listed = Object.fromEntries(helper.environment.map((name) => [name, 'value']));
      const sent = forwardedEnvironment(protocol, { ...listed, SECRET_TOKEN: 'no', PATH: '/bin' });
      expect(sent).toEqual(helper.environment.map((name) => `${name}=value`));
    },
  );

  it('sends nothing for a protocol it does not know', () => {
    expect(forwardedEnvironment('unheard-of', { PATH: '/bin' })).toEqual([]);
  });
});
