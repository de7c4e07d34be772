import { describe, expect, it } from 'vitest';
import {
  givenPassword,
  passwordRequest,
  placeRequest,
  readPassword,
  readPlace,
  readUserName,
} from '../../../core/credentials/lakebase-password.ts';
import { Secret } from '../../../core/secret.ts';

const instance = { kind: 'instance', instance: 'my shop' } as const;
const endpoint = { kind: 'endpoint', endpoint: 'projects/p/branches/b/endpoints/e' } as const;

it('the two APIs are asked at their own paths, in their own words', () => {
  expect(passwordRequest(instance, 'id-1')).toEqual({
    method: 'POST',
    path: '/api/2.0/database/credentials',
    body: { request_id: 'id-1', instance_names: ['my shop'] },
  });
  expect(passwordRequest(endpoint, 'id-1')).toEqual({
    method: 'POST',
    path: '/api/2.0/postgres/credentials',
    body: { endpoint: endpoint.endpoint },
  });
  expect(placeRequest(instance).path).toBe('/api/2.0/database/instances/my%20shop');
  expect(placeRequest(endpoint).path).toBe('/api/2.0/postgres/projects/p/branches/b/endpoints/e');
  expect(placeRequest({ kind: 'endpoint', endpoint: 'projects/a?b' }).path).toBe('/api/2.0/postgres/projects/a%3Fb');
});

describe('a password', () => {
  it.each(['expiration_time', 'expire_time'])('ends at its %s', (name) => {
    const { password, expiresAt } = readPassword({ token: 'a.b.c', [name]: '2026-11-29T12:00:00Z' });
    expect([password.reveal(), expiresAt]).toEqual(['a.b.c', Date.UTC(2026, 10, 29, 12)]);
  });

  it.each([
    [{}],
    [{ token: 'x' }],
    [{ token: 'x', expire_time: 'soon' }],
    [{ token: 'a\nb', expire_time: '2026-11-29T12:00:00Z' }],
    [null],
  ])('%j is none', (reply) => expect(() => readPassword(reply)).toThrow('no database password'));
});

describe('the place of a database', () => {
  it('is named by both APIs', () => {
    const reply = { read_write_dns: 'i.example', state: 'STOPPED', effective_enable_pg_native_login: true };
    expect(readPlace('instance', reply)).toEqual({ host: 'i.example', state: 'STOPPED', nativeLogin: true });
    const other = { status: { hosts: { host: 'e.example' }, current_state: 'IDLE' } };
    expect(readPlace('endpoint', other)).toEqual({ host: 'e.example', state: 'IDLE', nativeLogin: undefined });
  });

  it.each(['', 'a b', '/socket', 'a,b', '-x', 'host=x'])('is not the host %j: libpq would read more in it', (host) => {
    expect(() => readPlace('instance', { read_write_dns: host, state: 'AVAILABLE' })).toThrow('names no host');
  });
});

describe('a personal access token', () => {
  it.each([' dapi0123', 'DAPI0123', 'dapi0123-2'])('%j is no password, wherever it comes from', (text) => {
    const end = { expire_time: '2026-11-29T12:00:00Z' };
    expect(() => readPassword({ token: text, ...end })).toThrow('personal access token');
    expect(() => givenPassword(new Secret(text))).toThrow('personal access token');
    expect(givenPassword(new Secret(`x${text}`)).reveal()).toBe(`x${text}`);
  });
});

describe('the user name', () => {
  it('is that of the workspace', () => expect(readUserName({ userName: 'kim@example.com' })).toBe('kim@example.com'));

  it.each(['', 'a\nb', 'a b', 'a\u202eb', 'x'.repeat(257), 7])(
    'is not %j: it would be read as something else',
    (name) => {
      expect(() => readUserName({ userName: name })).toThrow('who is signed in');
    },
  );
});
