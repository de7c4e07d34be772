import { curlHelper } from '../../core/helpers/curl/curl.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

/** As docs/helpers.md has them. */
export const curlProtocol: FuzzedProtocol = {
  helper: curlHelper,
  transcripts: (host) =>
    [
      ['config', `https://${host}/v1/things?q=1`],
      ['header', `https://${host}`],
      ['header', '--account=lab', `https://lab@${host}/`],
      ['netrc', `https://${host}/`, '--account', 'lab'],
      ['wget', `https://${host}/x`, '--', '-q', '-O', '-'],
    ].map((argv) => call(argv[0] ?? '', '', { argv })),
  // curl is given the same words.
  destination: ({ argv }) => argv.slice(1).find((word) => /^[a-z]+:/i.test(word)),
  words: ['config', 'header', 'netrc', 'wget', '#', '?', '%40', '{a,b}', '[1-3]', '--account'],
};
