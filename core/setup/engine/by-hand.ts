import { shellWord } from '../../platform/command-words.ts';
import { type ServedHost, servedHosts } from './served.ts';
import type { SetupContext, Tool } from './tool.ts';
import { keytrayCommand, quotedPath, typed } from './words.ts';

/** A tool without a configuration that could name a helper: what there is, is a line to use. */
function byHand(
  head: Pick<Tool, 'name' | 'title' | 'programs'>,
  lines: (context: SetupContext) => readonly string[],
): Tool {
  return {
    ...head,
    byHand: true,
    plan: (context) => ({ files: [], links: [], lines: () => lines(context), obstacles: () => [], warnings: () => [] }),
    clean: (text) => text,
  };
}

export const postgres = byHand({ name: 'postgres', title: 'PostgreSQL', programs: ['psql'] }, (context) => {
  const [first] = servedHosts(context.accounts, 'postgres');
  return [
    'psql has no place for a helper. Instead of psql use, with the same arguments:',
    `  ${typed(context, 'psql-keytray')} ${first === undefined ? '-h HOST' : psqlOptions(first)} …`,
  ];
});

/** psql takes an IPv6 address without brackets. */
function psqlOptions({ host, name }: ServedHost): string {
  const port = host.slice(name.length).replace(/^:/, '');
  return `-h ${name.replace(/^\[|\]$/g, '')}${port === '' ? '' : ` -p ${port}`}`;
}

export const maven = byHand({ name: 'maven', title: 'Maven', programs: ['mvn'] }, (context) => [
  'Maven has no place for a helper. Instead of mvn use, with the same arguments:',
  `  ${typed(context, 'mvn-keytray')} verify`,
]);

export const curl = byHand({ name: 'curl', title: 'curl', programs: ['curl', 'wget'] }, (context) => {
  const [first] = servedHosts(context.accounts, 'curl');
  // A path may hold what a shell reads as its own.
  const url = shellWord(`https://${first === undefined ? 'HOST' : first.host + first.path}/`);
  return [
    'curl has no place for a helper. Give it a configuration on a pipe:',
    `  ${typed(context, 'keytray')} helper curl config ${url} | curl -K - ${url}`,
  ];
});

export const mail = byHand({ name: 'mail', title: 'Mail', programs: ['msmtp', 'mutt', 'neomutt'] }, (context) =>
  context.accounts.flatMap(({ id, serves }) =>
    (serves.mail ?? []).flatMap((host) => {
      const command = `${quotedPath(keytrayCommand(context), 'mail')} helper mail get --account=${id} ${shellWord(`--host=${host}`)}`;
      return [
        `${host}, in ~/.msmtprc, below its account:`,
        '  auth oauthbearer',
        `  passwordeval ${command}`,
        `${host}, in ~/.muttrc:`,
        `  set ${/^smtp\b/.test(host) ? 'smtp' : 'imap'}_authenticators="oauthbearer:xoauth2"`,
        `  set ${/^smtp\b/.test(host) ? 'smtp' : 'imap'}_oauth_refresh_command=${shellWord(command)}`,
      ];
    }),
  ),
);
