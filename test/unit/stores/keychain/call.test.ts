import { describe, expect, it } from 'vitest';
import { parseReply, parseRequest } from '../../../../core/stores/keychain/call.ts';

describe('a request to the keychain child', () => {
  it.each([
    [{ id: 1, op: 'get', account: 'lab' }],
    [{ id: 2, op: 'delete', account: 'lab' }],
    [{ id: 3, op: 'set', account: 'lab', value: 'x' }],
  ])('accepts %j', (request) => {
    expect(parseRequest(request)).toEqual(request);
  });

  it.each([
    [null],
    ['get'],
    [{ op: 'get', account: 'lab' }],
    [{ id: 1, op: 'find', account: 'lab' }],
    [{ id: 1, op: 'get', account: '' }],
    [{ id: 1, op: 'set', account: 'lab' }],
    [{ id: 1, op: 'set', account: 'lab', value: '' }],
  ])('refuses %j', (request) => {
    expect(parseRequest(request)).toBeUndefined();
  });
});

describe('a reply of the keychain child', () => {
  it.each([
    [{ kind: 'ready' }],
    [{ kind: 'value', id: 1, value: 'x' }],
    [{ kind: 'value', id: 1, value: null }],
    [{ kind: 'done', id: 1 }],
    [{ kind: 'refused', id: 1, message: 'no' }],
  ])('accepts %j', (reply) => {
    expect(parseReply(reply)).toEqual(reply);
  });

  it.each([[undefined], [{ kind: 'value', id: 1 }], [{ kind: 'done' }], [{ kind: 'refused', id: 1 }], [{ id: 1 }]])(
    'refuses %j',
    (reply) => {
      expect(parseReply(reply)).toBeUndefined();
    },
  );
});
