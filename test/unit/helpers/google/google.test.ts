import { describe, expect, it } from 'vitest';
import { createGoogleHelper } from '../../../../core/helpers/google/google.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const now = 1_700_000_000_000;
const helper = createGoogleHelper({ now: () => now });
const pool = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/';
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';
const lab = fakeAccount('lab', [`${pool}lab`], { idToken: 'eyJ.id.tok', expiresAt: now + 3_600_000 });

async function ask(
  env: Record<string, string> = {},
  { argv = ['get'], accounts = [lab] }: { argv?: readonly string[]; accounts?: readonly (typeof lab)[] } = {},
) {
  const broker = new FakeHelperBroker(accounts);
  const { status, stdout, stderr } = await callHelper(helper, 'get', neverClosed(), broker, {
    argv,
    env: { GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: `${pool}lab`, GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: idTokenType, ...env },
  });
  // What is said there would be read as part of the answer; a status would hide the answer.
  expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
  expect(stdout.split('\n')).toHaveLength(2);
  return { answer: JSON.parse(stdout) as Record<string, unknown>, broker };
}

it.each([idTokenType, 'urn:ietf:params:oauth:token-type:jwt'])('gives the ID token as %s', async (tokenType) => {
  const { answer, broker } = await ask({ GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: tokenType });
  expect(answer).toEqual({
    version: 1,
    success: true,
    token_type: tokenType,
    id_token: 'eyJ.id.tok',
    expiration_time: now / 1_000 + 3_540,
  });
  expect(broker.requests).toEqual([{ host: `${pool}lab`, token: 'id' }]);
});

it('a token of unknown end has none in the answer', async () => {
  const { answer } = await ask({}, { accounts: [fakeAccount('lab', [`${pool}lab`])] });
  expect(answer).toMatchObject({ success: true });
  expect(answer).not.toHaveProperty('expiration_time');
});

it('--account tells two accounts of one audience apart', async () => {
  const accounts = [lab, fakeAccount('home', [`${pool}lab`])];
  expect((await ask({}, { accounts })).answer).toMatchObject({ success: false, code: 'access_denied' });
  const { answer } = await ask({}, { accounts, argv: ['get', '--account=home'] });
  expect(answer).toMatchObject({ success: true, id_token: 'token-of-home' });
});

describe('fails as an answer, and hands out nothing', () => {
  it.each([
    ['an audience nobody lists', { GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: `${pool}evil` }, {}],
    ['a longer audience', { GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: `${pool}lab/x` }, {}],
    ['no audience', { GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: '' }, {}],
    ['another kind of token', { GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: 'urn:ietf:params:oauth:token-type:saml2' }, {}],
    ['no kind of token', { GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: '' }, {}],
    [
      'an account that lists another audience',
      {},
      { argv: ['get', '--account=other'], accounts: [lab, fakeAccount('other', ['x'])] },
    ],
    ['an account that is not there', {}, { argv: ['get', '--account=nobody'] }],
    ['an argument we do not know', {}, { argv: ['get', '--audience=x'] }],
    ['stray words', {}, { argv: ['get', '--', 'more'] }],
    ['no sign-in', {}, { accounts: [{ ...lab, failure: 'login_required' as const }] }],
  ])('%s', async (_, env, options) => {
    const { answer, broker } = await ask(env, options);
    expect(answer).toEqual({
      version: 1,
      success: false,
      code: expect.stringMatching(/^[a-z_]+$/),
      message: expect.stringMatching(/^keytray: /),
    });
    expect(broker.handedOut).toEqual([]);
  });

  it('says what to do', async () => {
    const { answer } = await ask({}, { accounts: [{ ...lab, failure: 'login_required' }] });
    expect(answer.message).toBe('keytray: sign in to lab: keytray login lab');
  });
});
