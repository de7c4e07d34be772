import { describe, expect, it } from 'vitest';
import { isOfRegistration } from '../../../core/accounts/origins.ts';
import { parseAccount } from '../../../core/accounts/stored-account.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt, serializeRecord } from '../../support/records.ts';

const issuer = 'https://connect.acme.example';
const clock = new ManualClock();
const registered = recordAt(clock, { clientId: 'c1', clientRegistered: true, issuer, endpoints: {} });
const named = recordAt(clock, { clientId: 'c1', issuer, endpoints: {} });
const registering = accountSettings({ clientId: '', registersClient: true, issuer });

describe('the tokens of a client that its sign-in registered', () => {
  it('are of an account that registers clients at the same issuer, and of no other', () => {
    expect(isOfRegistration(registered, registering)).toBe(true);
    expect(isOfRegistration(registered, { ...registering, issuer: 'https://connect.other.example' })).toBe(false);
    expect(isOfRegistration(registered, { ...registering, issuer: undefined })).toBe(false);
    expect(isOfRegistration({ ...registered, issuer: undefined }, registering)).toBe(false);
    expect(isOfRegistration(registered, accountSettings({ clientId: 'c2', issuer }))).toBe(false);
    expect(isOfRegistration(registered, { ...registering, grant: { kind: 'pasted_code' } })).toBe(false);
  });

  it('are not those of a client that a person had named', () => {
    expect(isOfRegistration(named, registering)).toBe(false);
    expect(isOfRegistration(named, accountSettings({ clientId: 'c1', issuer }))).toBe(true);
  });

  it('are known as such from the store', () => {
    expect(parseAccount(serializeRecord(registered))).toMatchObject({
      account: { record: { clientId: 'c1', clientRegistered: true, issuer } },
    });
    const text = serializeRecord(registered).reveal().replace('"client_registered":true', '"client_registered":"yes"');
    const other = parseAccount(new Secret(text));
    expect(other.kind === 'account' && other.account.record?.clientRegistered).toBe(undefined);
  });
});
