import { describe, expect, it } from 'vitest';
import { certificateAdvice } from '../../../core/failures/certificate-advice.ts';
import { auth0Failures } from '../../../core/services/athena-failures.ts';
import { datadogFailures } from '../../../core/services/datadog-failures.ts';
import { dataikuFailures, dataikuWords } from '../../../core/services/dataiku-failures.ts';
import { explainFailure, type FailureRow } from '../../../core/services/failure-table.ts';
import {
  isWarehouseAddress,
  lakebaseApiFailures,
  lakebaseLoginFailures,
  problemOfState,
} from '../../../core/services/lakebase-failures.ts';
import { quiltFailures } from '../../../core/services/quilt-failures.ts';
import { row } from '../../rows/row.ts';

const tables: Readonly<Record<string, readonly FailureRow[]>> = {
  auth0Failures,
  dataikuFailures,
  datadogFailures,
  lakebaseApiFailures,
  lakebaseLoginFailures,
  quiltFailures,
};

describe.each(Object.entries(tables))('%s', (_, rows) => {
  it('has causes without a full stop, advice with one', () => {
    for (const { cause, advice } of rows) {
      expect(cause).not.toMatch(/\.$/);
      if (advice !== undefined) expect(advice).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('puts words where $1 stands', () => {
    for (const { cause, words } of rows) {
      if (cause.includes('$1')) expect(words?.source).toContain('(');
    }
  });
});

describe('what Lakebase says at a login', () => {
  const explained = (words: string) => explainFailure(lakebaseLoginFailures, { words });

  it.each([
    ['Failed to decode token for role "x" and native postgres login was either', 'misconfigured', 'something else'],
    ['password authentication failed for user "x"', 'access_denied', 'has expired'],
    ['database "main" does not exist', 'misconfigured', 'the database main does not exist'],
    ['role "max@example.com" does not exist', 'access_denied', 'no role for max@example.com'],
    ['no pg_hba.conf entry for user "x", no encryption', 'misconfigured', 'TLS only'],
    ['The server does not support SSL connections', 'misconfigured', 'offers no TLS'],
    ['permission denied for table orders', 'access_denied', 'no rights on orders'],
  ])('%s', (words, code, cause) =>
    expect(explained(words)).toMatchObject({ code, cause: expect.stringContaining(cause) }),
  );

  it('knows its own words only', () => expect(explained('the database system is shutting down')).toBeUndefined());

  it('cleans the names it quotes', () => {
    expect(explained('database "a\u202eb\u0007" does not exist')?.cause).toBe('the database a b does not exist');
    expect(explained('database "$1$&" does not exist')?.cause).toBe('the database $1$& does not exist');
  });
});

it('a stopped instance has a problem, one that runs or sleeps has none', () => {
  expect(['STOPPED', 'STARTING', 'DELETING'].map(problemOfState)).not.toContain(undefined);
  expect(['AVAILABLE', 'ACTIVE', 'IDLE'].map(problemOfState)).toEqual([undefined, undefined, undefined]);
});

it('the address of a SQL warehouse is told from one of a database', () => {
  row('L21');
  expect(isWarehouseAddress('dbc-1.cloud.databricks.com/sql/1.0/warehouses/abc')).toBe(true);
  expect(isWarehouseAddress('instance-1.database.cloud.databricks.com')).toBe(false);
});

describe('what Dataiku says', () => {
  const explained = (status: number, errorType: string, message: string) =>
    explainFailure(dataikuFailures, { status, words: dataikuWords(JSON.stringify({ errorType, message })) });
  const unauthorized = 'com.dataiku.dip.exceptions.UnauthorizedException';

  it('a project that is not there keeps the key, although both are 401', () => {
    const bad = explained(401, 'com.dataiku.dip.exceptions.NotAuthenticatedException', 'Unknown API Key');
    expect(bad).toMatchObject({ refusesKey: true, cause: expect.stringContaining('does not know this key') });
    const project = explained(401, unauthorized, 'Failed to read project permissions');
    expect(project).toMatchObject({ refusesKey: false, advice: expect.stringContaining('project key (MYPROJ)') });
  });

  it.each([
    [403, unauthorized, 'Action forbidden, you are not admin', 'administrators only'],
    [401, unauthorized, 'something else', 'does not allow this'],
    [404, 'com.dataiku.dip.server.controllers.NotFoundException', 'x', 'does not know the object'],
    [500, 'java.lang.IllegalArgumentException', "Connection 'pg' does not exist", 'no connection pg'],
    [429, 'x', 'y', 'too many requests'],
  ])('%s %s', (status, type, message, cause) =>
    expect(explained(status, type, message)).toMatchObject({
      refusesKey: false,
      cause: expect.stringContaining(cause),
    }),
  );

  it('a page of the server in front of it is a passing trouble', () => {
    const words = dataikuWords('<html>502 Bad Gateway</html>');
    expect(explainFailure(dataikuFailures, { status: 502, words })?.code).toBe('temporarily_unavailable');
  });
});

it('Auth0: the audience is told from the client', () => {
  const explained = (status: number, words: string) => explainFailure(auth0Failures, { status, words })?.cause;
  expect(explained(401, 'Unauthorized')).toContain('client ID or the client secret');
  expect(explained(403, 'Service not enabled within domain: nope')).toContain('audience nope');
  expect(explained(403, 'Client is not authorized to access "a-b". You might')).toContain(
    'no grant for the audience a-b',
  );
});

it('each fault of a certificate has its own advice', () => {
  const codes = [
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ];
  expect(new Set(codes.map(certificateAdvice)).size).toBe(4);
  expect(certificateAdvice('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')).toContain('tls.ca');
  expect(certificateAdvice('ECONNREFUSED')).toBeUndefined();
});
