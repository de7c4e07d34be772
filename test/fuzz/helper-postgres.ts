import type { Helper } from '../../core/helpers/helper.ts';
import { postgresHelper } from '../../core/helpers/postgres/postgres.ts';
import type { NextProgram } from '../../core/wire/helper-call.ts';
import { listedHost, otherHost } from './helper-inputs.ts';
import { anywhere, call, type FuzzedProtocol } from './helper-protocol.ts';

/**
 * Where psql connects to is libpq's to say, and it looks the host up in the file: a token is lost where a line names a
 * host that is not listed, whatever the arguments were. So it is the lines that are watched here.
 */
export function watchLines(helper: Helper): Helper {
  return {
    ...helper,
    async serve(call, broker) {
      let next: NextProgram | undefined;
      let printed = '';
      const become = (program: NextProgram): void => {
        next = program;
        call.become(program);
      };
      const stdout = (text: string): void => {
        printed += text;
        call.stdout(text);
      };
      const status = await helper.serve({ ...call, become, stdout }, broker);
      for (const place of placesIn(`${next?.files.PGPASSFILE?.reveal() ?? ''}${printed}`)) {
        if (!listed.has(place)) throw new Error(`a token goes to ${place}`);
      }
      return status;
    },
  };
}

const listed: ReadonlySet<string> = new Set([`${listedHost}:5432`, otherHost]);

/** Hosts and ports in a password file or a service file, in the letters hosts are compared in. */
function placesIn(text: string): readonly string[] {
  const lines = text.split('\n').slice(0, -1);
  if (lines[0] === '[keytray]') {
    const value = (key: string) => lines.findLast((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
    return [`${value('host')}:${Number(value('port'))}`.toLowerCase()];
  }
  return lines.map((line) => {
    const fields = line.match(/(?:\\.|[^\\:])+/gsu) ?? [];
    return `${fields[0]}:${fields[1]}`.toLowerCase();
  });
}

/** The forms of psql 15; libpq's own rules are in its documentation, §34.1 and §34.16. */
export const postgresProtocol: FuzzedProtocol = {
  helper: watchLines(postgresHelper),
  hostless: true,
  transcripts: (host) => [
    ...[
      ['-h', host, '-U', 'ada', 'shop'],
      [`--host=${host}`, '--username', 'ada', '-c', 'select 1'],
      [`-Atqh${host}`, '-p5432', '-Uada', '-d', 'shop'],
      [`postgresql://me%40corp.example@${host}:5432/shop?sslmode=verify-full`],
      [`host='${host}' port=5432 user=ada sslmode=require`],
      ['-h', `a.example,${host}`, '-p', '1,5432'],
    ].map((argv) => call('run', '', { argv })),
    call('run', '', { argv: ['-c', 'select 1'], env: { PGHOST: host, PGPORT: '5432', PGUSER: 'ada' } }),
    call('pgpass', '', { argv: ['pgpass', `--host=${host}`, '--user=ada'] }),
    call('service', '', { argv: ['service', '--host', host, '--dbname=shop', '--account=lab'] }),
  ],
  destination: () => anywhere,
  words: [
    'host=',
    'hostaddr=',
    'port=',
    'service=',
    "'",
    '\\',
    '-h',
    '-p',
    '--host',
    'postgres://',
    '%2f',
    ',',
    '5432',
    '8443',
  ],
};
