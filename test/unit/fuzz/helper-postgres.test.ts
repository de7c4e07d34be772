import { expect, it } from 'vitest';
import { postgresHelper } from '../../../core/helpers/postgres/postgres.ts';
import { Secret } from '../../../core/secret.ts';
import { runHelperCampaign } from '../../fuzz/helper-campaign.ts';
import { postgresProtocol, watchLines } from '../../fuzz/helper-postgres.ts';

const campaign = { seed: 20_261_123, most: 2_000 };

it('finds lines for hosts that are not listed', async () => {
  const careless = watchLines({
    ...postgresHelper,
    serve: (call, broker) =>
      postgresHelper.serve(
        {
          ...call,
          // The host stands in a variable, which is easily taken for any.
          become: (program) => {
            const file = program.files.PGPASSFILE?.reveal().replace(/^[^:]*:\d+/gm, '*:*') ?? '';
            const byVariable = call.env.PGHOST !== undefined && call.operation === 'run';
            call.become(byVariable ? { ...program, files: { PGPASSFILE: new Secret(file) } } : program);
          },
        },
        broker,
      ),
  });
  const { finding } = await runHelperCampaign({ ...postgresProtocol, helper: careless }, campaign);
  expect(finding?.fault).toContain('a token goes to *:*');
});

it('finds nothing wrong with ours', async () => {
  const { tally, finding } = await runHelperCampaign(postgresProtocol, campaign);
  expect(finding).toBeUndefined();
  expect(tally.tokens).toBeGreaterThan(100);
});
