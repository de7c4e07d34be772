import { npmHelper } from '../../core/helpers/npm/npm.ts';
import { anywhere, call, type FuzzedProtocol } from './helper-protocol.ts';

const pnpm = (...argv: readonly string[]) => call('get', '', { argv });

/** pnpm 12 with what `tokenHelper` may say. Without a registry the token goes where the person's `.npmrc` says. */
export const npmProtocol: FuzzedProtocol = {
  helper: npmHelper,
  transcripts: (host) => [
    pnpm('--account=lab', `--registry=https://${host}/`),
    pnpm(`--registry=https://${host}/npm/`),
    pnpm('--registry', `https://${host}`, '--account', 'lab'),
  ],
  destination: ({ argv }) => {
    const at = argv.findIndex((word) => word === '--registry' || word.startsWith('--registry='));
    if (at < 0) return anywhere;
    return argv[at] === '--registry' ? argv[at + 1] : argv[at]?.slice('--registry='.length);
  },
  words: ['--registry=', '--registry', '--account', 'npm'],
};
