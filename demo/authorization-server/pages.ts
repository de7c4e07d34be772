/** The two pages of the sign-in: plain forms, no scripts, so that any user agent can follow them. */

export function signInPage(action: string, client: string): string {
  return page(
    `Sign in to continue to ${client}`,
    `<form method="post" action="${escapeHtml(action)}">
<label for="login">User name</label>
<input id="login" name="login" autocomplete="username" autofocus required maxlength="100">
<button type="submit" name="step" value="sign-in">Sign in</button>
</form>`,
  );
}

export function consentPage(action: string, client: string, login: string, scopes: readonly string[]): string {
  return page(
    `Allow ${client} to act for ${login}?`,
    `<form method="post" action="${escapeHtml(action)}">
<ul>${scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('')}</ul>
<button type="submit" name="step" value="allow">Allow</button>
<button type="submit" name="step" value="deny">Deny</button>
</form>`,
  );
}

/** `form` has the fields; the button belongs to it by its id. */
export function deviceCodePage(form: string): string {
  return page(
    'Enter the code your device shows',
    `${form}\n<button type="submit" form="op.deviceInputForm">Continue</button>`,
  );
}

export function deviceConfirmPage(form: string, client: string, code: string): string {
  return page(
    `Sign in to ${client} on a device?`,
    `<p>It shows the code ${escapeHtml(code)}.</p>\n${form}\n<button type="submit" form="op.deviceConfirmForm">Continue</button>`,
  );
}

export function deviceDonePage(): string {
  return page('Your device is signed in', '<p>You can close this tab.</p>');
}

export function errorPage(text: string): string {
  return page('This did not work', `<p>${escapeHtml(text)}</p>`);
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 26rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
input { display: block; width: 100%; box-sizing: border-box; margin: .25rem 0 1rem; padding: .5rem; font: inherit; }
button { padding: .5rem 1.5rem; font: inherit; }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${content}
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
