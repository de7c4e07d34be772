import { createHash } from 'node:crypto';
import { assertNever } from '../errors.ts';

/** What the person reads in the browser when a login has ended. `title` names service and account. */
export type CallbackPage =
  | { readonly kind: 'signed_in'; readonly title: string; readonly who: string | undefined }
  | { readonly kind: 'failed'; readonly title: string; readonly what: string };

/** What a browser reads whose request has not ended the login. */
export type AsidePage =
  /** The right answer, from a browser that did not begin the sign-in. */
  | { readonly kind: 'answer_from_elsewhere'; readonly title: string }
  /** The start address, again, from a browser that has not the cookie. */
  | { readonly kind: 'begun_elsewhere'; readonly title: string }
  /** The redirect URI, without the answer that is waited for; `why` in a few words. */
  | { readonly kind: 'not_the_answer'; readonly title: string; readonly why: string }
  /** The answer has come, from another request. */
  | { readonly kind: 'over'; readonly title: string }
  /** The start address, but the server would not take the request; `why` in a few words. */
  | { readonly kind: 'not_begun'; readonly title: string; readonly why: string }
  /** The start address, and no person who visits it. */
  | { readonly kind: 'not_a_visit' }
  /** No address of the sign-in, or under another host name: it is told nothing of the account. */
  | { readonly kind: 'nothing_here' }
  | { readonly kind: 'only_get' };

export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

// The colours are those of the window (renderer/design/tokens.css), and the mark is its icon.
const style = `
:root { color-scheme: light dark; --ink: #1c2325; --soft: #566165; --paper: #f4f5f3; --card: #fff; --line: #e1e5e2; --good: #1f7a4d; --warn: #8a5a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecec; --soft: #a5b0b3; --paper: #15181a; --card: #1d2123; --line: #30363a; --good: #6fd0a0; --warn: #f0c063; --bad: #ff9d94; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Cantarell, "Noto Sans", sans-serif; }
main { box-sizing: border-box; max-width: 30rem; margin: 1rem; padding: 2rem; border: 1px solid var(--line); border-radius: 12px; background: var(--card); overflow-wrap: anywhere; }
.brand { display: flex; align-items: center; gap: .5rem; margin: 0 0 1.25rem; color: var(--ink); font-weight: 600; }
h1 { margin: 0 0 .5rem; font-size: 1.25rem; line-height: 1.35; }
h1.good { color: var(--good); }
h1.warn { color: var(--warn); }
h1.bad { color: var(--bad); }
p { margin: 0; color: var(--soft); }`;

const mark =
  '<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#2f5d62"/><circle cx="12" cy="16" r="5" fill="none" stroke="#fff" stroke-width="2.6"/><path d="M17 16h9m-3.4 0v4.4m-3.6-4.4v3" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>';

const styleHash = createHash('sha256').update(style).digest('base64');

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** A whole page without scripts or remote parts: the address it is shown under still carries the code. */
export function renderCallbackPage(page: CallbackPage): RenderedPage {
  switch (page.kind) {
    case 'signed_in': {
      const who = page.who === undefined ? '' : ` as ${page.who}`;
      return render(200, 'good', `You are signed in to ${page.title}${who}.`, 'You can close this tab.');
    }
    case 'failed':
      return render(
        400,
        'bad',
        `The sign-in to ${page.title} did not work.`,
        `${sentence(page.what)} Go back to Keytray.`,
      );
    default:
      return assertNever(page);
  }
}

/** The same for a request that changes nothing, or not yet. */
export function renderAsidePage(page: AsidePage): RenderedPage {
  switch (page.kind) {
    case 'answer_from_elsewhere':
      return render(
        409,
        'warn',
        `This sign-in to ${page.title} was begun in another browser or profile.`,
        'Nothing has been stored. Go back to Keytray: it shows who would be signed in, and asks you.',
      );
    case 'begun_elsewhere':
      return render(
        404,
        'warn',
        `This sign-in to ${page.title} was begun in another browser or profile.`,
        'Go on there. If you cannot, go back to Keytray, cancel the sign-in and start it again.',
      );
    case 'not_the_answer':
      return render(
        404,
        'warn',
        `This is not the answer to the sign-in to ${page.title}.`,
        `Something is wrong with it: ${page.why}. Keytray still waits for the right one.`,
      );
    case 'over':
      return render(
        404,
        'warn',
        `The answer to the sign-in to ${page.title} has already come.`,
        'You can close this tab.',
      );
    case 'not_begun':
      return render(
        503,
        'warn',
        `The sign-in to ${page.title} could not be started.`,
        `${sentence(page.why)} Reload this page to try again.`,
      );
    case 'not_a_visit':
      return render(503, 'warn', 'This address begins a sign-in.', 'Open it in a browser window.');
    case 'nothing_here':
      return render(
        404,
        'warn',
        'There is nothing at this address.',
        'Keytray waits here for the end of a sign-in, at another address. You can close this tab.',
      );
    case 'only_get':
      return withHeader(render(405, 'warn', 'This address only takes GET.', 'You can close this tab.'), 'allow', 'GET');
    default:
      return assertNever(page);
  }
}

function withHeader(page: RenderedPage, name: string, value: string): RenderedPage {
  return { ...page, headers: { ...page.headers, [name]: value } };
}

function render(status: number, tone: 'good' | 'warn' | 'bad', headline: string, text: string): RenderedPage {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Keytray</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="brand">${mark}Keytray</p>
<h1 class="${tone}">${escapeHtml(headline)}</h1>
<p>${escapeHtml(text)}</p>
</main>
</body>
</html>
`;
  return { status, headers, body };
}

function sentence(text: string): string {
  const whole = text.trim();
  const capital = whole.charAt(0).toUpperCase() + whole.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
