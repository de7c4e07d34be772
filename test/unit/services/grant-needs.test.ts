import { describe, expect, it } from 'vitest';
import { needsOf, offeredGrants } from '../../../core/services/grant-needs.ts';
import { services } from '../../../core/services/registry.ts';
import { contract } from '../../../ipc/contract.ts';

const everyWay = [...services.values()].flatMap((service) =>
  offeredGrants.filter((kind) => service.grants.includes(kind)).map((grant) => ({ service, grant })),
);

describe('what an account of a service needs', () => {
  it.each(everyWay)(
    '$service.name by $grant: a setting that is needed is one the service has',
    ({ service, grant }) => {
      const known = Object.keys(service.settings ?? {});
      for (const name of service.neededSettings?.[grant] ?? []) expect(known).toContain(name);
      expect(
        needsOf(service, grant)
          .settings.map(({ name }) => name)
          .sort(),
      ).toEqual(known.sort());
    },
  );

  it('puts what is required first, and says what stands for a setting that is not written', () => {
    const { datadog } = Object.fromEntries(services);
    if (datadog === undefined) throw new Error('no datadog');
    const [first, second] = needsOf(datadog, 'aws_identity').settings;
    expect(first).toMatchObject({ name: 'org_uuid', required: true });
    expect(second).toMatchObject({ name: 'site', required: false, otherwise: 'datadoghq.com' });
    expect(needsOf(datadog, 'api_key').settings.some(({ required }) => required)).toBe(false);
  });

  it('is what a page may send', () => {
    const grants = offeredGrants.map((grant) =>
      contract.addAccount.request.safeParse({ account: 'a', service: 'oidc', grant }),
    );
    expect(grants.every(({ success }) => success)).toBe(true);
    const other = contract.addAccount.request.safeParse({ account: 'a', service: 'oidc', grant: 'command' });
    expect(other.success).toBe(false);
  });
});
