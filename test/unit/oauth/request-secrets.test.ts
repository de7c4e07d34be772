import { describe, expect, it } from 'vitest';
import { secretsOf } from '../../../core/oauth/watched-fetch.ts';

const basic = (text: string) => Buffer.from(text).toString('base64');

describe('what nobody may repeat of a request', () => {
  it.each(['refresh_token', 'code', 'code_verifier', 'device_code', 'client_secret', 'subject_token', 'token'])(
    'is its %s',
    (name) => {
      expect(secretsOf(new URLSearchParams({ [name]: 'value', grant_type: 'x', client_id: 'y' }), null)).toEqual([
        'value',
      ]);
    },
  );

  it('is the client secret of its header in every form it has there', () => {
    const header = basic('client:s%3Ae+cret');
    expect(secretsOf(new URLSearchParams(), `Basic ${header}`)).toEqual([header, 's%3Ae+cret', 's:e cret']);
  });

  it.each([null, '', 'Bearer abc', `x Basic ${basic('a:b')}`])('is nothing of the header %j', (header) => {
    expect(secretsOf(new URLSearchParams(), header)).toEqual([]);
  });

  it('is the header alone where it has no secret', () => {
    expect(secretsOf(new URLSearchParams({ token: '' }), `Basic ${basic('client')}`)).toEqual([basic('client')]);
  });
});
