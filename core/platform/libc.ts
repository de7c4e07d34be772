import { constants } from 'node:os';
import koffi from 'koffi';

/**
 * The only file that calls into C: fixed signatures, each wrapped so that a wrong argument
 * cannot reach memory (the buffer's length is passed by the wrapper, never by its caller).
 */

const libc = koffi.load(null);
// Plain pointers to our own bytes: what koffi converts for us costs four times the call.
const getsockoptC = libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)');
const flockC = libc.func('int flock(int fd, int operation)');
const pollC = libc.func('int poll(void *entries, unsigned long count, int timeout)');

const lockExclusive = 2;
const lockNonBlocking = 4;

/** Reads a socket option of exactly or at most `size` bytes; undefined where the kernel refuses. */
export function getSocketOption(fd: number, level: number, name: number, size: number): Buffer | undefined {
  const value = Buffer.alloc(size);
  const length = Uint32Array.of(size);
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

/** A pidfd (pidfd_open(2)) is readable once its process has ended, also while nobody has waited for it. */
export function processEnded(pidfd: number): boolean {
  // struct pollfd { int fd; short events; short revents; }, with POLLIN.
  const entry = Buffer.alloc(8);
  entry.writeInt32LE(pidfd, 0);
  entry.writeInt16LE(1, 4);
  const result: unknown = pollC(entry, 1, 0);
  return result !== 0;
}

/** The errno of the C call before. */
export function lastError(): number {
  return koffi.errno();
}

/**
 * prctl(PR_SET_DUMPABLE, 0), Linux: no core dump whatever the limits and wherever it would go, and no other process
 * of the user may attach or read the memory, the environment or the descriptors.
 */
export function forbidDumping(): boolean {
  const prctl = libc.func('int prctl(int option, ...)');
  const zero = ['unsigned long', 0];
  const result: unknown = prctl(4, ...zero, ...zero, ...zero, ...zero);
  return result === 0;
}

/**
 * Lowers the soft limit of core dumps, for this process and what it starts. To 1, not 0: a limit of 0 binds only
 * cores that are files, 1 (less than any core) keeps Linux from feeding a collector as well.
 */
export function lowerCoreLimit(): boolean {
  const limitOfCores = 4;
  const getrlimit = libc.func('int getrlimit(int resource, _Out_ void *limits)');
  const setrlimit = libc.func('int setrlimit(int resource, const void *limits)');
  // struct rlimit { rlim_t soft; rlim_t hard; }, 64 bits each wherever Node 24 runs.
  const limits = new BigUint64Array(2);
  const bytes = Buffer.from(limits.buffer);
  const read: unknown = getrlimit(limitOfCores, bytes);
  if (read !== 0) return false;
  limits[0] = 1n;
  if (limits[1] === 0n) limits[0] = 0n;
  const written: unknown = setrlimit(limitOfCores, bytes);
  return written === 0;
}

/** malloc_trim(3), glibc: gives the memory that is free again back to the system. Elsewhere it does nothing. */
export function trimMemory(): void {
  try {
    libc.func('int malloc_trim(size_t pad)')(0);
  } catch {
    // Another C library, which has no such function.
  }
}

function bindNetlink() {
  return {
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    send: libc.func('long send(int fd, const void *bytes, size_t length, int flags)'),
    recvfrom: libc.func(
      'long recvfrom(int fd, _Out_ void *bytes, size_t length, int flags, _Out_ void *sender, _Inout_ void *senderLength)',
    ),
    close: libc.func('int close(int fd)'),
  };
}

/** Bound when first used: most brokers never hold a loopback port. */
let netlink: ReturnType<typeof bindNetlink> | undefined;

/**
 * One request to the kernel over netlink(7), Linux, and what it answers at once, at most `largest` bytes. Undefined
 * where the kernel has no such protocol, or where a sandbox forbids it. Never waits.
 */
export function askNetlink(protocol: number, request: Buffer, largest: number): Buffer | undefined {
  netlink ??= bindNetlink();
  const { socket, send, recvfrom, close } = netlink;
  // AF_NETLINK; SOCK_RAW with SOCK_CLOEXEC: a child must not inherit it.
  const fd: unknown = socket(16, 3 | 0o2000000, protocol);
  if (typeof fd !== 'number' || fd < 0) return undefined;
  try {
    // MSG_DONTWAIT.
    const atOnce = 0x40;
    const sent: unknown = send(fd, request, request.length, atOnce);
    if (Number(sent) !== request.length) return undefined;
    const reply = Buffer.alloc(largest);
    // struct sockaddr_nl { family, pad: 16 bits; pid, groups: 32 bits; }
    const sender = Buffer.alloc(12);
    const read = Number(recvfrom(fd, reply, largest, atOnce, sender, Uint32Array.of(sender.length)));
    // Pid 0 is the kernel; anything else is another process.
    return read > 0 && sender.readUInt32LE(4) === 0 ? reply.subarray(0, read) : undefined;
  } finally {
    close(fd);
  }
}

/** macOS: the path of a process's executable (libproc.h). Not run on Linux. */
export function executableOnDarwin(pid: number): string | undefined {
  const procPidPath = libc.func('int proc_pidpath(int pid, _Out_ void *buffer, uint32_t size)');
  const path = Buffer.alloc(4096);
  const length: unknown = procPidPath(pid, path, path.length);
  return typeof length === 'number' && length > 0 ? path.subarray(0, length).toString() : undefined;
}

const noSuchSupport: readonly number[] = [constants.errno.ENOTSUP, constants.errno.EOPNOTSUPP];

/**
 * The extended attributes of an open file (xattr(7)), access lists and labels among them, as one text that is equal
 * for equal attributes. Empty where the file system has none; throws where the kernel does not tell.
 */
export function extendedAttributes(fd: number): string {
  // macOS has one more argument, of options.
  const more =
    process.platform === 'darwin' ? { list: ', int options', get: ', uint32_t position, int options' } : undefined;
  const listC = libc.func(`long flistxattr(int fd, _Out_ void *names, size_t size${more?.list ?? ''})`);
  const getC = libc.func(`long fgetxattr(int fd, const char *name, _Out_ void *value, size_t size${more?.get ?? ''})`);
  const listMore = more === undefined ? [] : [0];
  const getMore = more === undefined ? [] : [0, 0];
  const read = (call: (bytes: Buffer) => unknown): Buffer => {
    const bytes = Buffer.alloc(64 * 1024);
    const length = Number(call(bytes));
    if (length >= 0) return bytes.subarray(0, length);
    const errno = koffi.errno();
    if (noSuchSupport.includes(errno)) return bytes.subarray(0, 0);
    throw new Error(`extended attributes cannot be read (errno ${errno})`);
  };
  const names = read((bytes) => listC(fd, bytes, bytes.length, ...listMore))
    .toString()
    .split('\0')
    .filter(Boolean);
  const texts = names.map((name) => {
    return `${name}=${read((bytes) => getC(fd, name, bytes, bytes.length, ...getMore)).toString('hex')}`;
  });
  return texts.sort().join('\n');
}
