import { envHelper, headerHelper, rawHelper } from '../../core/helpers/generic/generic.ts';
import type { Helper } from '../../core/helpers/helper.ts';
import { mailHelper } from '../../core/helpers/mail/mail.ts';
import { mavenHelper } from '../../core/helpers/maven/maven.ts';
import { anywhere, call, type FuzzedProtocol } from './helper-protocol.ts';

/** The person names the account, or has the answer go where they like: there is no host to tell from another. */
function protocolFor(helper: Helper, operation: string, calls: readonly (readonly string[])[]): FuzzedProtocol {
  return {
    helper,
    hostless: true,
    transcripts: () => calls.map((argv) => call(operation, '', { argv })),
    destination: () => anywhere,
    words: ['--account', '--id', '--min-ttl=', '--offline', '=', 'lab', 'other'],
  };
}

const named = [
  ['get', '--account=lab'],
  ['get', '--account', 'lab', '--id'],
  ['get', '--account=nobody'],
  ['get', '--min-ttl=300', '--account=other'],
];

export const rawProtocol = protocolFor(rawHelper, 'get', named);
export const headerProtocol = protocolFor(headerHelper, 'get', named);
export const envProtocol = protocolFor(envHelper, 'get', named);
export const mavenProtocol = protocolFor(mavenHelper, 'run', [['-B', 'validate'], ['-o', 'package'], ['--version']]);

/** The host is what a list has, word for word. */
export const mailProtocol: FuzzedProtocol = {
  helper: mailHelper,
  transcripts: (host) =>
    [
      ['get', `--host=${host}`],
      ['get', '--account=lab', '--host', host],
      ['get', `--host=${host}`, '--account=lab'],
    ].map((argv) => call('get', '', { argv })),
  destination: ({ argv }) => {
    const attached = argv.find((word) => word.startsWith('--host='))?.slice('--host='.length);
    const host = attached ?? argv[argv.indexOf('--host') + 1];
    return argv.includes('--host') || attached !== undefined ? `https://${host}` : anywhere;
  },
  words: ['--host', '--host=', '--account', '='],
};
