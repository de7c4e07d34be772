import { constants } from 'node:os';
import koffi from 'koffi';

/**
 * The only file that calls into C: three fixed signatures, each wrapped so that a wrong argument
 * cannot reach memory (the buffer's length is passed by the wrapper, never by its caller).
 */

const libc = koffi.load(null);
const getsockoptC = libc.func(
  'int getsockopt(int fd, int level, int name, _Out_ void *value, _Inout_ uint32_t *length)',
);
const flockC = libc.func('int flock(int fd, int operation)');

const lockExclusive = 2;
const lockNonBlocking = 4;

/** Reads a socket option of exactly or at most `size` bytes; undefined where the kernel refuses. */
export function getSocketOption(fd: number, level: number, name: number, size: number): Buffer | undefined {
  const value = Buffer.alloc(size);
  const length = [size];
  const result: unknown = getsockoptC(fd, level, name, value, length);
  const written = length[0];
  return result === 0 && written !== undefined && written <= size ? value.subarray(0, written) : undefined;
}

/** flock(2), exclusive and without waiting. The lock lives as long as the open file description. */
export function lockFileDescriptor(fd: number): 'locked' | 'held_by_another' {
  const result: unknown = flockC(fd, lockExclusive | lockNonBlocking);
  if (result === 0) return 'locked';
  const errno = koffi.errno();
  if (errno === constants.errno.EWOULDBLOCK || errno === constants.errno.EAGAIN) return 'held_by_another';
  throw new Error(`flock failed with errno ${errno}`);
}

/** macOS: the path of a process's executable (libproc.h). Not run on Linux. */
export function executableOnDarwin(pid: number): string | undefined {
  const procPidPath = libc.func('int proc_pidpath(int pid, _Out_ void *buffer, uint32_t size)');
  const path = Buffer.alloc(4096);
  const length: unknown = procPidPath(pid, path, path.length);
  return typeof length === 'number' && length > 0 ? path.subarray(0, length).toString() : undefined;
}
