import { askpassHelper } from '../../core/helpers/askpass/askpass.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

/** Recorded from git 2.39, wget 1.21 and ssh-add 9.2. */
export const askpassProtocol: FuzzedProtocol = {
  helper: askpassHelper,
  transcripts: (host) =>
    [
      `Username for 'https://${host}': `,
      `Password for 'https://oauth2@${host}': `,
      `Password for 'https://me%40corp.example@${host}': `,
      `Password for 'https://${host}/acme/api.git': `,
      'Enter passphrase for /home/ada/.ssh/id_ed25519: ',
    ].map((prompt) => call('get', '', { argv: [prompt] })),
  // Whoever asks has the URL between the quotes, and no prompt of its own has more than two.
  destination: ({ argv }) => {
    const [before, url, after, ...more] = (argv[0] ?? '').split("'");
    return argv.length === 1 && more.length === 0 && before === 'Password for ' && after?.startsWith(':')
      ? url
      : undefined;
  },
  words: ["'", "': ", "Password for '", "Username for '", '%40', '%0a', '%2f', '@'],
};
