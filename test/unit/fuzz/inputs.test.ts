import { describe, expect, it } from 'vitest';
import { inputsOf } from '../../fuzz/inputs.ts';
import { judge } from '../../fuzz/oracle.ts';
import { createSecretSearch } from '../../fuzz/secret-search.ts';

const traffic = [
  'GET /v1/status HTTP/1.1\r\nHost: keytray\r\n\r\n',
  'POST /v1/accounts/lab/token HTTP/1.1\r\nHost: keytray\r\nContent-Length: 2\r\n\r\n{}',
].map((text) => Buffer.from(text));
const indices = Array.from({ length: 3000 }, (_, index) => index);

describe('the inputs of a seed', () => {
  it('are the same each time, in whatever order, and others for another seed', () => {
    const [one, again, other] = [inputsOf(7, traffic), inputsOf(7, traffic), inputsOf(8, traffic)];
    const hexes = indices.slice(0, 300).map((index) => one(index).bytes.toString('hex'));
    expect(
      indices
        .slice(0, 300)
        .toReversed()
        .map((index) => again(index).bytes.toString('hex'))
        .toReversed(),
    ).toEqual(hexes);
    expect(
      indices.slice(0, 300).filter((index) => other(index).bytes.toString('hex') === hexes[index]).length,
    ).toBeLessThan(10);
  });

  it('are mutated from traffic by a good third, and without a right to a token by more than half', () => {
    const inputs = indices.map(inputsOf(7, traffic));
    expect(inputs.filter(({ origin }) => origin === 'mutated').length / inputs.length).toBeGreaterThan(0.4);
    const judged = inputs.map(({ bytes }) => judge(bytes));
    expect(judged.filter(({ entitled }) => entitled === 'no').length).toBeGreaterThan(indices.length / 2);
    expect(judged.filter(({ entitled }) => entitled === 'yes').length).toBeGreaterThan(indices.length / 50);
    expect(judged.filter(({ answer }) => answer.kind === 'end_of_call').length).toBeGreaterThan(indices.length / 50);
  });

  it('break a rule of the guards every second time', () => {
    const refused = indices.filter((index) => index % 2 === 1).map((index) => judge(inputsOf(7, traffic)(index).bytes));
    expect(refused.filter(({ entitled }) => entitled === 'yes').length).toBeLessThan(refused.length / 20);
  });
});

describe('the search for secrets', () => {
  it('finds whole ones and good parts of them, and nothing else', () => {
    const search = createSecretSearch();
    search.add('refresh_token', 'abcdefghijklmnopqrstuvwxyz012345');
    search.add('id_token', 'eyJhbGciOiJFUzI1NiJ9AAAA.cGF5bG9hZHBheWxvYWQ.c2lnbmF0dXJlc2lnbmF0dXJl');
    expect([...search.kindsIn('O\0\0\0Apassword=abcdefghijklmnopqrstuvwxyz012345\n')]).toEqual(['refresh_token']);
    expect([...search.kindsIn('"x": "ijklmnopqrstuvwx"')]).toEqual(['refresh_token']);
    expect([...search.kindsIn('"c2lnbmF0dXJlc2lnbmF0dXJl"')]).toEqual(['id_token']);
    expect([...search.kindsIn('eyJhbGciOiJFUzI1NiJ9AAAA and abcdefghijklmn')]).toEqual([]);
  });
});
