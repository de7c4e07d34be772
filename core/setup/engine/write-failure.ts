import { codeOf } from '../../config/config-files.ts';
import { KeytrayError } from '../../errors.ts';
import { shellWord } from '../../platform/command-words.ts';

function reasonOf(path: string, code: string): string {
  switch (code) {
    case 'EROFS':
      return `${path} is on a read-only file system`;
    case 'ENOSPC':
      return `no space is left to write ${path}`;
    case 'EDQUOT':
      return `your disk quota leaves no space to write ${path}`;
    case 'EPERM':
      return `${path} may not be changed, by an attribute of its own; see: lsattr -d ${shellWord(path)}`;
    case 'EACCES':
      return `you have no permission to write to ${path}`;
    case 'EBUSY':
      return `${path} is a mount point, which cannot be removed`;
    default:
      return `${path} cannot be written (${code})`;
  }
}

/** One line for people, of a system's error at `path`. A `KeytrayError` has said it already. */
export function writeFailure(path: string, error: unknown): KeytrayError {
  if (error instanceof KeytrayError) return error;
  const message = `${reasonOf(path, codeOf(error))}; nothing was changed`;
  return new KeytrayError('invalid_request', message, {
    cause: error,
    advice: 'Mend that, then set the tool up again.',
  });
}
