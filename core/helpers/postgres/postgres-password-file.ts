/** A line of a password file (PostgreSQL documentation §34.16). Undefined user or port: any. */
export interface PasswordLine {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string;
}

/** Any database: psql connects to others with `\c`. */
export function formatPasswordLine({ host, port, user, password }: PasswordLine): string {
  const fields = [
    escaped(host),
    port === undefined ? '*' : String(port),
    '*',
    user === undefined ? '*' : escaped(user),
  ];
  return `${fields.join(':')}:${escaped(password)}\n`;
}

function escaped(field: string): string {
  return field.replace(/[\\:]/g, '\\$&');
}
