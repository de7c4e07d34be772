import { findingText, runHelperCampaign, tallyText } from './helper-campaign.ts';
import { fuzzedProtocols } from './helper-table.ts';
import { startWatchdog } from './helper-watchdog.ts';

/** The helper protocols one after another. Resolves to whether nothing was found. */
export async function fuzzHelpers(options: {
  readonly seed: number;
  /** Inputs for each protocol. */
  readonly most: number;
  readonly say: (line: string) => void;
}): Promise<boolean> {
  const { seed, most, say } = options;
  const watchdog = await startWatchdog();
  let clean = true;
  try {
    for (const protocol of fuzzedProtocols) {
      const { tally, finding } = await runHelperCampaign(protocol, { seed, most, watchdog });
      say(tallyText(tally));
      if (finding === undefined) continue;
      clean = false;
      say(findingText(finding));
    }
  } finally {
    await watchdog.close();
  }
  return clean;
}
