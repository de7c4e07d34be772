import { createHash } from 'node:crypto';
import { assertNever } from '../errors.ts';

/** What the person reads in the browser when a login has ended. `title` names service and account. */
export type CallbackPage =
  | { readonly kind: 'signed_in'; readonly title: string; readonly who: string | undefined }
  | { readonly kind: 'failed'; readonly title: string; readonly what: string };

export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const style = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6475; --paper: #f5f6f8; --card: #fff; --good: #1a7f4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaf0; --soft: #a3abba; --paper: #14171d; --card: #1e222b; --good: #5fd39a; --bad: #ff9d94; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 1rem; padding: 2rem; border-radius: 12px; background: var(--card); overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.25rem; }
h1.good { color: var(--good); }
h1.bad { color: var(--bad); }
p { margin: 0; color: var(--soft); }`;

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

function render(status: number, tone: 'good' | 'bad', headline: string, text: string): RenderedPage {
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
