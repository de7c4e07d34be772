import { type IncomingMessage, request as requestOverHttp } from 'node:http';

/** A user agent just able to sign in at the demo's server: redirects, cookies, and the first form of a page. */

export interface FormAnswers {
  /** Typed into the field `login`. */
  readonly login: string;
  /** Typed into the field `user_code`. */
  readonly userCode?: string;
  /** The value of the button to press on the consent page: `allow`, or `deny`. */
  readonly consent?: 'allow' | 'deny';
  /** An address to stop at instead of following it, as a browser does that cannot reach it. */
  readonly stopAt?: (url: URL) => boolean;
}

const mostSteps = 20;

/** The page a sign-in ended on. */
export interface LastPage {
  readonly status: number;
  readonly text: string;
  readonly url: URL;
}

/** Signs in, from the authorization URL to the page that says so. Rejects where the last page is an error. */
export async function signInWithForms(url: URL | string, answers: FormAnswers): Promise<void> {
  const { status, text } = await followForms(url, answers);
  if (status !== 200) throw new Error(`the sign-in ended with status ${status}: ${textOf(text)}`);
}

const textOf = (html: string): string =>
  html
    .replace(/<(style|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** Follows redirects and forms until a page has none. */
export async function followForms(url: URL | string, answers: FormAnswers): Promise<LastPage> {
  const jar = new Map<string, Map<string, string>>();
  let request = { url: new URL(url), body: undefined as URLSearchParams | undefined };
  for (let step = 0; step < mostSteps; step += 1) {
    const { status, location, text } = await send(request.url, request.body, jar);
    if (status >= 300 && status < 400 && location !== undefined) {
      request = { url: new URL(location, request.url), body: undefined };
      if (answers.stopAt?.(request.url)) return { status, text, url: request.url };
      continue;
    }
    const form = status === 200 ? firstForm(text) : undefined;
    if (form === undefined) return { status, text, url: request.url };
    request = { url: new URL(form.action, request.url), body: fill(form, answers) };
  }
  throw new Error(`the sign-in did not end after ${mostSteps} steps`);
}

interface Page {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

async function send(url: URL, body: URLSearchParams | undefined, jar: Map<string, Map<string, string>>): Promise<Page> {
  const cookies = jar.get(url.host) ?? new Map<string, string>();
  jar.set(url.host, cookies);
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await visit(url, body?.toString(), cookie === '' ? {} : { cookie });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  for (const line of response.headers['set-cookie'] ?? []) {
    const [pair = ''] = line.split(';', 1);
    const separator = pair.indexOf('=');
    const name = pair.slice(0, separator);
    const value = pair.slice(separator + 1);
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
  return { status: response.statusCode ?? 0, location: response.headers.location, text };
}

/** As a browser visits a page; `fetch` calls itself a script (Sec-Fetch-Mode), which the start address turns away. */
function visit(
  url: URL,
  form: string | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const posted = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    requestOverHttp(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', ...posted, ...headers },
      agent: false,
    })
      .once('response', resolve)
      .once('error', reject)
      .end(form);
  });
}

interface Form {
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

function firstForm(html: string): Form | undefined {
  const match = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (match === null) return undefined;
  const [, head = '', content = ''] = match;
  const tags = (name: string) =>
    [...content.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'gi'))].map(([, inside = '']) => inside);
  const named = (tag: string) => ({ name: attribute(tag, 'name'), value: attribute(tag, 'value') });
  return { action: attribute(head, 'action'), fields: tags('input').map(named), buttons: tags('button').map(named) };
}

const attribute = (tag: string, name: string): string =>
  (new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1] ?? '').replaceAll('&amp;', '&');

function fill(form: Form, answers: FormAnswers): URLSearchParams {
  const typed: Readonly<Record<string, string | undefined>> = { login: answers.login, user_code: answers.userCode };
  const body = new URLSearchParams();
  for (const { name, value } of form.fields) body.set(name, value || (typed[name] ?? ''));
  const wanted = answers.consent ?? 'allow';
  const button = form.buttons.find(({ value }) => value === wanted) ?? form.buttons[0];
  if (button !== undefined) body.set(button.name, button.value);
  return body;
}
