/** `service` or `service@label`. */
export const accountIdPattern = /^[a-z0-9][a-z0-9._-]*(@[a-z0-9][a-z0-9._-]*)?$/;
export const accountIdLength = 64;

export function isAccountId(text: string): boolean {
  return text.length <= accountIdLength && accountIdPattern.test(text);
}

export function splitAccountId(id: string): { readonly name: string; readonly label: string | undefined } {
  const at = id.indexOf('@');
  return at < 0 ? { name: id, label: undefined } : { name: id.slice(0, at), label: id.slice(at + 1) };
}
