/** The one place pages come from. Not `file:` and not a server: nothing else can have this origin. */
export const scheme = 'app';
export const host = 'bundle';
export const origin = `${scheme}://${host}`;
export const startPage = `${origin}/index.html`;

/** Parsed, because what begins alike may lead elsewhere: `app://bundle.example`, `app://bundle@example`. */
export function isOwn(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${scheme}:` && url.host === host && url.username === '' && url.port === '';
}
