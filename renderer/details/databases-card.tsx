import { type JSX, useState } from 'react';
import type { AccountView, DatabaseView, UrlFormat } from '../../ipc/views.ts';
import { Button } from '../design/button.tsx';
import { Copyable } from '../design/copyable.tsx';
import { Fold } from '../design/fold.tsx';
import { Message, Problem } from '../design/message.tsx';
import { ask } from '../state/bridge.ts';
import { useAnswer } from '../state/use-answer.ts';

interface DatabasesCardProps {
  readonly view: AccountView;
  readonly databases: readonly string[];
}

const formats: readonly (readonly [UrlFormat, string])[] = [
  ['uri', 'URI'],
  ['jdbc', 'JDBC'],
  ['psql', 'psql'],
  ['sqlalchemy', 'SQLAlchemy'],
  ['asyncpg', 'asyncpg'],
  ['dsn', 'DSN'],
  ['env', 'Environment variables'],
  ['service', 'Service file'],
];

/** Where the databases of the account are. The service is asked when a section is opened. */
export function DatabasesCard({ view, databases }: DatabasesCardProps): JSX.Element | null {
  if (databases.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="databases">
      <div className="card-head">
        <h2 id="databases">{databases.length === 1 ? 'Database' : 'Databases'}</h2>
      </div>
      <p className="soft">
        What a client needs to connect, but for the password: programs get that from Keytray at each connection.
      </p>
      {databases.map((database) => (
        <ConnectionFold key={database} view={view} database={database} />
      ))}
    </section>
  );
}

interface ConnectionProps {
  readonly view: AccountView;
  readonly database: string;
}

function ConnectionFold({ view, database }: ConnectionProps): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <Fold title={`Connection details of ${database}`} onChange={setOpen}>
      {open ? <Connection view={view} database={database} /> : null}
    </Fold>
  );
}

function Connection({ view, database }: ConnectionProps): JSX.Element {
  if (view.state === 'active' || view.state === 'degraded') return <AskedConnection view={view} database={database} />;
  return <p className="soft">Sign in to see them: the service names the host and your user.</p>;
}

function AskedConnection({ view: { account }, database }: ConnectionProps): JSX.Element {
  const { value, error, again } = useAnswer<DatabaseView>(`${account}/${database}`, () =>
    ask('database', { account, database }),
  );
  if (error !== undefined) {
    return (
      <div className="stack">
        <Problem error={error} />
        <div className="line">
          <Button onPress={again}>Try again</Button>
        </div>
      </div>
    );
  }
  if (value === undefined) return <p className="soft">Asking the service…</p>;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['host', value.host],
    ['port', String(value.port)],
    ['database', value.database],
    ['user', value.user],
    ['sslmode', value.sslmode],
    ['sslrootcert', value.authorities],
    ...formats.map(([format, title]) => [title, value.formats[format]] as const),
  ];
  return (
    <div className="stack">
      {value.sslmode === 'require' ? (
        <Message tone="warn">sslmode require does not verify the server; verify-full does.</Message>
      ) : null}
      <dl className="facts connection">
        {facts.map(([name, text]) =>
          text === undefined ? null : (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>
                <Copyable text={text} what={name} />
              </dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}
