import type { Bridge } from '../../ipc/contract.ts';
import type { AppEvent, Outcome } from '../../ipc/views.ts';

/**
 * The page's end of the bridge that `npm run dev:web` brings: the same functions as the preload script's, over HTTP.
 * No page of the app imports it, so no package has it.
 */
const path = '/keytray-dev/';

const keyName = 'keytray-dev-key';

async function post(name: string, body: unknown): Promise<Response> {
  const key = window.sessionStorage.getItem(keyName) ?? '';
  return await fetch(`${path}${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-keytray-dev': key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** The token of the address buys the session's key, which a reload finds again. */
async function begin(): Promise<void> {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token === null) return;
  window.history.replaceState(null, '', window.location.pathname);
  const response = await post('session', token);
  if (response.ok) window.sessionStorage.setItem(keyName, String(await response.json()));
}

const begun = begin();

const unanswered = { error: 'internal_error', error_description: 'dev:web does not answer; start it anew' };

async function call(method: string, request: unknown): Promise<Outcome<unknown>> {
  await begun;
  if (method === 'copyText') {
    await navigator.clipboard.writeText((request as { text: string }).text);
    return { ok: true, value: undefined };
  }
  const response = await post(method, request).catch(() => undefined);
  return response?.ok === true ? ((await response.json()) as Outcome<unknown>) : { ok: false, error: unanswered };
}

/** One event a line, until the page goes. */
async function follow(listener: (event: AppEvent) => void): Promise<void> {
  await begun;
  const { body } = await post('events', undefined);
  if (body === null) return;
  let rest = '';
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) listener(JSON.parse(line) as AppEvent);
  }
}

function onEvent(listener: (event: AppEvent) => void): () => void {
  let wanted = true;
  void follow((event) => wanted && listener(event));
  return () => {
    wanted = false;
  };
}

const bridge = new Proxy({} as Bridge, {
  get: (_target, name) => (name === 'onEvent' ? onEvent : (request: unknown) => call(String(name), request)),
});

Object.defineProperty(window, 'keytray', { value: bridge });
