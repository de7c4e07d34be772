import { expect, it } from 'vitest';
import { answerChallenge, clientFirst } from '../../../core/endpoints/postgres/scram.ts';
import { Secret } from '../../../core/secret.ts';

// The example of RFC 7677 §3.
const client = { nonce: 'rOprNGfwEbeRWgbNEkqO', user: 'user' };
const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';

it('begins without channel binding, as a client that knows none', () => {
  expect(clientFirst(client)).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
});

it('answers a challenge, and knows the server that knows the password', async () => {
  const proof = await answerChallenge(client, new Secret('pencil'), serverFirst);
  expect(proof.clientFinal).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  );
  expect(proof.provedBy('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(true);
  expect(proof.provedBy('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8=')).toBe(false);
  expect(proof.provedBy('e=other-error')).toBe(false);
  expect(proof.provedBy('')).toBe(false);
});

it.each([
  ['another nonce', serverFirst.replace('rOpr', 'xOpr')],
  ['no nonce of its own', 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
  ['no salt', 'r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096'],
  ['no count', 'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0'],
  ['a count that takes for ever', 'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999'],
  ['an extension it must understand', 'm=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
  ['nothing', ''],
])('answers no challenge with %s', async (_what, challenge) => {
  await expect(answerChallenge(client, new Secret('pencil'), challenge)).rejects.toThrow(TypeError);
});
