import { expect, it } from 'vitest';
import { isPlaceOfWorkspace } from '../../../core/credentials/lakebase-password.ts';

it.each([
  ['i.database.cloud.databricks.com', 'https://dbc-1.cloud.databricks.com', true],
  ['localhost', 'http://localhost:8080', true],
  ['localhost', 'https://dbc-1.cloud.databricks.com', false],
  ['127.0.0.1', 'https://dbc-1.cloud.databricks.com/oidc', false],
  ['LOCALHOST', 'https://dbc-1.cloud.databricks.com', false],
  ['db.localhost', 'https://dbc-1.cloud.databricks.com', false],
  ['0.0.0.0', 'https://dbc-1.cloud.databricks.com', false],
  ['127.1', 'https://dbc-1.cloud.databricks.com', false],
])('%s as the database of %s: %s', (host, workspace, expected) => {
  expect(isPlaceOfWorkspace(host, workspace)).toBe(expected);
});
