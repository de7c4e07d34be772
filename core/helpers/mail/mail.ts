import { chooseForName, notListedLine } from '../chosen-account.ts';
import { fetchToken, refuse } from '../generic/generic-answer.ts';
import type { Helper } from '../helper.ts';
import { readOptions } from '../options.ts';

const usage = 'keytray helper mail get [--account=ID] [--host=HOST]';

/**
 * The access token on a line of its own: `passwordeval` of msmtp, `*_oauth_refresh_command` of mutt, `PassCmd` of
 * mbsync. These build the SASL answer themselves and do not say which server they talk to, so that `--host` stands in
 * their configuration, next to the server's name.
 */
export const mailHelper: Helper = {
  protocol: 'mail',
  environment: [],
  async serve(call, broker) {
    const options = readOptions(call.argv, ['account', 'host']);
    if (options.kind === 'unknown') return refuse(call, `not understood: ${options.argument}; usage: ${usage}`);
    if (options.words.join(' ') !== 'get') return refuse(call, `usage: ${usage}`);

    const wanted = { family: 'mail', id: options.values.get('account'), name: options.values.get('host') } as const;
    const chosen = chooseForName(broker, wanted);
    switch (chosen.kind) {
      case 'not_listed':
        call.stderr(notListedLine(wanted, wanted.name));
        return 2;
      case 'refused':
        call.stderr(chosen.line);
        return 2;
      case 'account': {
        const fetched = await fetchToken(call, broker, chosen.account, { host: chosen.target });
        if (fetched.kind === 'none') return fetched.status;
        call.stdout(`${fetched.token}\n`);
        return 0;
      }
    }
  },
};
