import { describe, expect, it } from 'vitest';
import { type Presentation, presentedHeaders } from '../../../core/credentials/presented.ts';
import { Secret } from '../../../core/secret.ts';

const plain: Presentation = { present: { kind: 'bearer' }, username: 'robot', fields: [] };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const shown = (presentation: Presentation, given?: Readonly<Record<string, Secret>>) =>
  presentedHeaders(presentation, { token: new Secret('the-key'), given }).map(({ name, value }) => [
    name,
    value.reveal(),
  ]);

describe('a credential in a request', () => {
  it.each<[Presentation['present'], string, string]>([
    [{ kind: 'bearer' }, 'Authorization', 'Bearer the-key'],
    [{ kind: 'basic_user' }, 'Authorization', basic('the-key:')],
    [{ kind: 'basic_password' }, 'Authorization', basic(':the-key')],
    [{ kind: 'basic' }, 'Authorization', basic('robot:the-key')],
    [{ kind: 'header', name: 'X-API-Key' }, 'X-API-Key', 'the-key'],
  ])('stands as %j says', (present, name, value) => {
    expect(shown({ ...plain, present })).toEqual([[name, value]]);
  });

  it('has a header for each of its values where they have headers of their own', () => {
    const fields = [
      { name: 'api_key', title: 'API key', header: 'DD-API-KEY' },
      { name: 'app_key', title: 'Application key', header: 'DD-APPLICATION-KEY' },
    ];
    const given = { api_key: new Secret('first'), app_key: new Secret('second') };
    expect(shown({ ...plain, fields }, given)).toEqual([
      ['DD-API-KEY', 'first'],
      ['DD-APPLICATION-KEY', 'second'],
    ]);
    expect(shown({ ...plain, fields })).toEqual([['Authorization', 'Bearer the-key']]);
  });

  it('cannot be printed', () => {
    const [header] = presentedHeaders(plain, { token: new Secret('the-key') });
    expect(JSON.stringify(header)).not.toContain('the-key');
  });
});
