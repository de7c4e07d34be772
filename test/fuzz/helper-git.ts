import { gitHelper } from '../../core/helpers/git/git.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

/** Recorded from git 2.39 and 2.47. */
export const gitProtocol: FuzzedProtocol = {
  helper: gitHelper,
  transcripts: (host) => [
    call('get', `protocol=https\nhost=${host}\n`),
    call('get', `protocol=https\nhost=${host}\npath=acme/api.git\nusername=oauth2\n\n`),
    call(
      'get',
      `capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=${host}\n` +
        'wwwauth[]=Bearer realm="lab", error="invalid_token"\nwwwauth[]=Basic realm="lab"\n',
    ),
    call('erase', `protocol=https\nhost=${host}\nusername=oauth2\npassword=old\npassword_expiry_utc=1700000000\n`),
  ],
  destination: ({ operation, stdin }) => {
    if (operation !== 'get') return undefined;
    const [request = ''] = `${stdin}`.split(/^\n/m);
    const last = (key: string) =>
      request
        .split('\n')
        .filter((line) => line.startsWith(`${key}=`))
        .at(-1)
        ?.slice(key.length + 1);
    return `${last('protocol')}://${last('host')}/`;
  },
  words: ['protocol=http\n', 'host=', 'path=', 'url=https://', 'username=', 'capability[]=', 'wwwauth[]=', '='],
};
