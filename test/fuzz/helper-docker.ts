import { dockerHelper } from '../../core/helpers/docker/docker.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

/** Recorded from docker 28.2 and skopeo 1.18. */
export const dockerProtocol: FuzzedProtocol = {
  helper: dockerHelper,
  transcripts: (host) => [
    call('get', host),
    call('get', `https://${host}/v2/`),
    call('list', 'unused'),
    call('store', `{"ServerURL":"${host}","Username":"\\u003ctoken\\u003e","Secret":"foreign"}\n`),
    call('erase', host),
  ],
  destination: ({ operation, stdin }) => {
    if (operation !== 'get') return undefined;
    const server = `${stdin}`.replace(/\r?\n$/, '');
    return server.includes('://') ? server : `https://${server}`;
  },
  words: ['https://index.docker.io/v1/', 'docker.io', '/v1/', '/v2/', 'unused'],
};
