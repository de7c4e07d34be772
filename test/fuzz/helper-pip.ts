import { pipHelper } from '../../core/helpers/pip/pip.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

const keyring = (...argv: readonly string[]) => call('get', '', { argv });

/** Recorded from pip 25.1; the last three from the sources of pip 26.2 and uv. */
export const pipProtocol: FuzzedProtocol = {
  helper: pipHelper,
  transcripts: (host) => [
    keyring('get', `https://${host}/simple/`, 'oauth2'),
    keyring('get', host, 'oauth2'),
    keyring('--mode=creds', '--output=json', 'get', `https://${host}/simple/`),
    keyring('--mode=creds', '--output=json', 'get', `https://${host}/simple/`, 'oauth2'),
    keyring('get', `https://${host}/simple/`, '--mode', 'creds'),
  ],
  destination: ({ argv }) => {
    const words = argv.filter((word, at) => !word.startsWith('-') && !/^--(?:mode|output)$/.test(argv[at - 1] ?? ''));
    const [, service = ''] = words;
    return /^https?:/i.test(service) ? service : `https://${service}/`;
  },
  words: ['get', 'set', 'del', '--mode', '--mode=creds', '--mode=password', '--output', '--output=json', 'simple'],
};
