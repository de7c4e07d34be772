import { describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { resolveAccount } from '../../../core/config/resolve.ts';
import { quilt } from '../../../core/services/quilt.ts';

const url = 'url: https://quilt.acme.example';
const grant = 'grant: authorization_code';
const issuer = 'issuer: https://connect.acme.example';

function read(...lines: readonly string[]) {
  const text = ['accounts:', '  quilt:', '    service: quilt', ...lines.map((line) => `    ${line}`), ''].join('\n');
  return interpretConfig([{ file: 'config.yaml', text }]);
}

function settings(...lines: readonly string[]) {
  const result = read(...lines);
  const account = result.kind === 'ok' ? result.config.accounts.get('quilt') : undefined;
  if (account === undefined) throw new Error(JSON.stringify(result));
  return resolveAccount(account, quilt);
}

describe('an account of Quilt that signs in by browser', () => {
  it('names its Connect server, and needs no client', () => {
    expect(settings(url, grant, issuer)).toMatchObject({
      clientId: '',
      registersClient: true,
      clientSecret: 'none',
      issuer: 'https://connect.acme.example',
      url: 'https://quilt.acme.example',
      resource: 'https://connect.acme.example/mcp/platform',
      scopes: [],
    });
  });

  it('may name a client and a resource all the same', () => {
    const found = settings(url, grant, issuer, 'client_id: mine', 'resource: https://api.acme.example');
    expect(found).toMatchObject({ clientId: 'mine', resource: 'https://api.acme.example' });
    expect(found.registersClient).toBeUndefined();
  });

  it.each([
    [
      'its Connect server',
      [url, grant],
      'issuer is missing',
      'write issuer: https://…, the Connect server of the catalog',
    ],
    ['its catalog', [grant, issuer], 'url is missing', expect.stringContaining('the catalog')],
  ])('has to name %s', (_what, lines, message, fix) => {
    expect(read(...lines)).toMatchObject({ kind: 'invalid', errors: [{ message, fix }] });
  });

  it('is the only one that registers a client or has a resource', () => {
    for (const other of ['grant: pasted_code', 'grant: api_key']) {
      const { clientId, registersClient, resource } = settings(url, other);
      expect({ clientId, registersClient, resource }).toEqual({
        ...{ clientId: '', registersClient: undefined, resource: undefined },
      });
    }
  });
});
