/**
 * What the broker and the keychain child say to each other. Checked by hand and free of imports,
 * because loading a validation library would double the time the child needs to start.
 */

/** The name under which every item of ours stands in the operating system's keychain. */
export const keychainService = 'keytray';

export type ChildRequest =
  | { readonly id: number; readonly op: 'get'; readonly account: string }
  | { readonly id: number; readonly op: 'set'; readonly account: string; readonly value: string }
  | { readonly id: number; readonly op: 'delete'; readonly account: string };

export type ChildReply =
  | { readonly kind: 'ready' }
  /** `null`: keytar found nothing, or could not look because the keyring is locked. */
  | { readonly kind: 'value'; readonly id: number; readonly value: string | null }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string };

export function parseRequest(message: unknown): ChildRequest | undefined {
  if (!isObject(message)) return undefined;
  const { id, op, account, value } = message;
  if (typeof id !== 'number' || typeof account !== 'string' || account === '') return undefined;
  if (op === 'get' || op === 'delete') return { id, op, account };
  if (op === 'set' && typeof value === 'string' && value !== '') return { id, op, account, value };
  return undefined;
}

export function parseReply(message: unknown): ChildReply | undefined {
  if (!isObject(message)) return undefined;
  const { kind, id, value, message: text } = message;
  if (kind === 'ready') return { kind };
  if (typeof id !== 'number') return undefined;
  if (kind === 'value' && (typeof value === 'string' || value === null)) return { kind, id, value };
  if (kind === 'done') return { kind, id };
  if (kind === 'refused' && typeof text === 'string') return { kind, id, message: text };
  return undefined;
}

function isObject(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null;
}
