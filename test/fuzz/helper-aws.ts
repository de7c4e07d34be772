import { awsHelper } from '../../core/helpers/aws/aws.ts';
import { anywhere, call, type FuzzedProtocol } from './helper-protocol.ts';

const aws = (operation: string, ...more: readonly string[]) => call(operation, '', { argv: [operation, ...more] });

/** What a profile says. A role stands where others have a host: the list holds whole names either way. */
export const awsProtocol: FuzzedProtocol = {
  helper: awsHelper,
  transcripts: (host) => [
    aws('get', '--account=lab', `--role=${host}`),
    aws('get', '--role', host, '--session-name=ada@lab', '--duration=900', '--region=eu-west-1'),
    aws('token-file', `--role=${host}`),
    aws('exec', `--role=${host}`, '--', 'aws', 's3', 'ls'),
    aws('exec', `--role=${host}`, '--way=endpoint', '--duration', '3600', '--', './server'),
  ],
  destination: ({ argv }) => {
    const end = argv.indexOf('--');
    const ours = end < 0 ? argv : argv.slice(0, end);
    const at = ours.findIndex((word) => word === '--role' || word.startsWith('--role='));
    if (at < 0) return anywhere;
    return `https://${ours[at] === '--role' ? ours[at + 1] : ours[at]?.slice('--role='.length)}/`;
  },
  words: [
    '--role=',
    '--role',
    '--session-name=',
    '--duration=',
    '--region=evil.example/',
    '--token=access',
    '--',
    'exec',
  ],
};
