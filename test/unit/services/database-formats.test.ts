import { describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { formatDatabase, urlFormats } from '../../../core/services/database-formats.ts';
import { row } from '../../rows/row.ts';

const place = {
  host: 'i.database.cloud.databricks.com',
  port: 5432,
  database: 'databricks_postgres',
  user: 'kim+x@example.com',
  password: new Secret('the-password'),
  sslmode: 'verify-full',
  authorities: '/etc/ssl/my ca.pem',
};

describe('where a database is', () => {
  it.each([
    [
      'uri',
      'postgresql://kim%2Bx%40example.com@i.database.cloud.databricks.com:5432/databricks_postgres?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fmy%20ca.pem',
    ],
    [
      'asyncpg',
      'postgresql://kim%2Bx%40example.com@i.database.cloud.databricks.com:5432/databricks_postgres?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fmy%20ca.pem',
    ],
    [
      'sqlalchemy',
      'postgresql+psycopg://kim%2Bx%40example.com@i.database.cloud.databricks.com:5432/databricks_postgres?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fmy%20ca.pem',
    ],
    [
      'jdbc',
      'jdbc:postgresql://i.database.cloud.databricks.com:5432/databricks_postgres?user=kim%2Bx%40example.com&sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fmy%20ca.pem',
    ],
    [
      'dsn',
      "host=i.database.cloud.databricks.com port=5432 user=kim+x@example.com dbname=databricks_postgres sslmode=verify-full sslrootcert='/etc/ssl/my ca.pem'",
    ],
    [
      'psql',
      "psql 'host=i.database.cloud.databricks.com port=5432 user=kim+x@example.com dbname=databricks_postgres sslmode=verify-full sslrootcert='\\''/etc/ssl/my ca.pem'\\'''",
    ],
    [
      'service',
      '[lake-shop]\nhost=i.database.cloud.databricks.com\nport=5432\nuser=kim+x@example.com\ndbname=databricks_postgres\nsslmode=verify-full\nsslrootcert=/etc/ssl/my ca.pem',
    ],
    [
      'env',
      "export PGHOST='i.database.cloud.databricks.com'\nexport PGPORT='5432'\nexport PGUSER='kim+x@example.com'\nexport PGDATABASE='databricks_postgres'\nexport PGSSLMODE='verify-full'\nexport PGSSLROOTCERT='/etc/ssl/my ca.pem'",
    ],
  ] as const)('as %s', (format, expected) => {
    row('L5');
    expect(formatDatabase(format, place, 'lake/shop')).toBe(expected);
  });

  it('is never told with a password', () => {
    row('L22');
    for (const format of urlFormats) expect(formatDatabase(format, place, 'lake')).not.toContain('the-password');
  });

  it('keeps quotes, backslashes and what a shell would run to itself', () => {
    const odd = { ...place, database: "o'b\\c $(id)", authorities: undefined };
    expect(formatDatabase('dsn', odd, 'lake')).toContain("dbname='o\\'b\\\\c $(id)'");
    expect(formatDatabase('uri', { ...place, host: '2001:db8::1' }, 'lake')).toContain('@[2001:db8::1]:5432/');
    expect(formatDatabase('psql', odd, 'lake')).toMatch(/^psql '(?:[^']|'\\'')*'$/);
  });
});
