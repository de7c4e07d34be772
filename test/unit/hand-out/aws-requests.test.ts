import { expect, it } from 'vitest';
import { awsRequests } from '../../../core/hand-out/aws-requests.ts';

it('asks for the address that the signature of the SDK is of', async () => {
  const asked: string[] = [];
  const { handle } = awsRequests(async (address) => {
    asked.push(String(address));
    return new Response('');
  });
  const query = { Action: 'GetRole', name: "a b+c'(*)", list: ['x', 'y'], empty: null };
  await handle({ method: 'GET', protocol: 'https:', hostname: 'sts.example', path: '/p', query, headers: {} });
  expect(asked).toEqual(['https://sts.example/p?Action=GetRole&name=a%20b%2Bc%27%28%2A%29&list=x&list=y&empty=']);
});
