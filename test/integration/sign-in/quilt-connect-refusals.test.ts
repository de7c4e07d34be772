import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../support/broker.ts';
import { ConnectScene } from '../../support/connect-scene.ts';
import { startConnect } from '../../support/vendors/quilt/connect.ts';

const account = 'quilt@acme';
let scene: ConnectScene;
beforeEach(async () => {
  scene = await ConnectScene.start();
});
afterEach(async () => await scene.close());

describe('a Connect server that registers nobody', () => {
  const failed = async () => {
    const failure = await failureOf(scene.begin());
    expect(failure.account).toBe(account);
    // What went wrong before a browser was needed leaves no login behind that waits for one.
    expect(await scene.grants.state(account)).toBe('signed_out/never_signed_in');
    expect(scene.at('authorization')).toEqual([]);
    return failure;
  };

  it('because it has no place for it', async () => {
    scene.registersAt(undefined);
    expect(await failed()).toMatchObject({
      code: 'misconfigured',
      message: `${scene.quilt.connect.url.host} does not register clients by itself`,
      advice: 'Have a client registered there, and write its client_id for the account.',
    });
  });

  it('itself but names another host for it is not followed', async () => {
    const asked: string[] = [];
    const victim = await startConnect({ instead: (request) => asked.push(request.url ?? '') < 0 });
    scene.registersAt(`${victim.issuer}/auth/register`);
    expect(await failed()).toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(`registers clients at another host (${victim.url.host})`),
    });
    expect(asked).toEqual([]);
    await victim.close();
  });

  it('because it does not allow redirects to this machine', async () => {
    scene.answers('/auth/register', 400, {
      error: 'invalid_redirect_uri',
      error_description: 'the host is not allowed',
    });
    expect(await failed()).toMatchObject({
      code: 'misconfigured',
      message: `${scene.quilt.connect.url.host} registers no client that is on this machine`,
      detail: 'invalid_redirect_uri (the host is not allowed), status 400',
      advice: expect.stringMatching(/^Ask whoever runs .* as http:\/\/127\.0\.0\.1:\d+\/callback\.$/),
    });
  });

  it('because it refuses what we are', async () => {
    scene.answers('/auth/register', 400, { error: 'invalid_client_metadata' });
    expect(await failed()).toMatchObject({
      code: 'misconfigured',
      message: `${scene.quilt.connect.url.host} does not register Keytray as a client`,
      detail: 'invalid_client_metadata, status 400',
    });
  });

  it.each([
    ['control characters', { client_id: 'c1\r\nset-cookie: a=b' }],
    ['nothing', { client_name: 'Keytray' }],
  ])('but answers with %s for a client ID', async (_what, body) => {
    scene.answers('/auth/register', 201, body);
    expect(await failed()).toMatchObject({
      code: 'misconfigured',
      message: `${scene.quilt.connect.url.host} registered no client that Keytray can use`,
      detail: 'the answer to the registration has no client_id that can be used',
    });
    expect(scene.grants.log.lines.join()).not.toContain('set-cookie');
  });

  it('but answers nonsense may do better later', async () => {
    scene.answers('/auth/register', 201, 'welcome');
    expect(await failed()).toMatchObject({
      code: 'temporarily_unavailable',
      message: `${scene.quilt.connect.url.host} gave an answer that Keytray cannot use`,
      detail: 'status 201, not the answer to a registration',
    });
  });

  it('right now may do so later', async () => {
    scene.answers('/auth/register', 503, {});
    expect(await failed()).toMatchObject({ code: 'temporarily_unavailable' });
    scene.recovers();
    await scene.signIn();
  });
});
