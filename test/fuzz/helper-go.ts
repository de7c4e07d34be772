import { goHelper } from '../../core/helpers/go/go.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

const response = 'HTTP/1.1 401 Unauthorized\nContent-Length: 0\nWww-Authenticate: Bearer realm="lab"\n\n';

/** Recorded from Go 1.24. */
export const goProtocol: FuzzedProtocol = {
  helper: goHelper,
  transcripts: (host) => [
    call('get', ''),
    call('get', response, { argv: ['get', `https://${host}/mod.example/team/@v/list`] }),
    call('get', response, { argv: ['get', `https://${host}?go-get=1`] }),
    call('get', response, { argv: ['get', '--account=lab', `https://${host}/team/mod?go-get=1`] }),
  ],
  destination: ({ argv }) => argv.findLast((word) => /^https?:/i.test(word)),
  words: ['?go-get=1', '/@v/list', '--account', '\n\n', 'Authorization: '],
};
