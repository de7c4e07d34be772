import type { GrantView } from '../../ipc/views.ts';

export function grantWords(kind: GrantView['kind']): string {
  switch (kind) {
    case 'authorization_code':
      return 'Sign in in the browser';
    case 'client_credentials':
      return 'The secret of a client, for programs';
    case 'api_key':
      return 'A key, entered once';
    case 'pasted_code':
      return 'A code that a page shows';
    case 'aws_identity':
      return 'AWS identity, without a key';
  }
}

/** What to think of before one of several ways in is chosen; undefined where the choice is clear. */
export function grantHint(kind: GrantView['kind'], offered: readonly Pick<GrantView, 'kind'>[]): string | undefined {
  const personal = offered.some((other) => other.kind === 'authorization_code' || other.kind === 'pasted_code');
  if (kind !== 'api_key' || !personal) return undefined;
  return 'A key asks nobody and goes on without you: it is for automation. At your own computer, sign in instead.';
}

const abbreviations: Readonly<Record<string, string>> = { id: 'ID', uuid: 'UUID', org: 'Organization' };

/** `org_uuid`: `Organization UUID`. */
export function settingWords(name: string): string {
  const words = name.split('_').map((word) => abbreviations[word] ?? word);
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** One sentence as a hint has it. */
export function sentence(text: string): string {
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
