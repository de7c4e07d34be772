/**
 * What an exchange throws where an answer came and cannot be read: the server has done what was asked, and the same
 * request would bring the same answer. One that was cut off is another matter, and none of these.
 */
export class UnreadableReply extends Error {
  /** As Node names it, or one of ours. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'UnreadableReply';
    this.code = code;
  }
}

export const bodyTooLarge = (): UnreadableReply =>
  new UnreadableReply('BODY_TOO_LARGE', 'it is too large, more than 1 MiB');

/** Node's parser of HTTP gave up on what it was given; undefined where it was given no more. */
export function unparsable(error: unknown): UnreadableReply | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return undefined;
  const overflow = code === 'HPE_HEADER_OVERFLOW';
  return new UnreadableReply(code, overflow ? 'its headers are larger than 256 KiB' : 'it is not HTTP');
}
