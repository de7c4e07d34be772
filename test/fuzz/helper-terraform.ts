import { terraformHelper } from '../../core/helpers/terraform/terraform.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

/** Recorded from terraform 1.11. */
export const terraformProtocol: FuzzedProtocol = {
  helper: terraformHelper,
  transcripts: (host) => [
    call('get', '', { argv: ['get', host] }),
    call('get', '', { argv: ['--profile=work', 'get', host] }),
    call('get', '{"token":"foreign"}', { argv: ['store', host] }),
    call('get', '', { argv: ['forget', host] }),
  ],
  destination: ({ argv }) => (argv.at(-2) === 'get' ? `https://${argv.at(-1)}` : undefined),
  words: ['get', 'store', 'forget', 'xn--', '{"token":'],
};
