/**
 * Where the kernel keeps count of CPU time, as text of /proc and of cgroup v2. A cgroup counts every descendant, daemons
 * too; without one, only what a process used itself and what its children did that it waited for.
 */

/** `cpu.stat` of a cgroup v2, in seconds. */
export function secondsOfGroup(cpuStat: string): number {
  const [, microseconds] = /^usage_usec (\d+)$/m.exec(cpuStat) ?? [];
  if (microseconds === undefined) throw new Error('cpu.stat has no usage_usec');
  return Number(microseconds) / 1e6;
}

/** Kernel clock ticks a second, as every Linux shows them to programs. */
const ticks = 100;

/** `cutime` and `cstime` of `/proc/PID/stat` (proc(5)): the children that were waited for, and theirs, in seconds. */
export function secondsOfReaped(stat: string): number {
  // The name of the program stands in brackets, and may hold any of them.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticks;
}

/** The cgroup v2 that a process is in, from its `/proc/PID/cgroup` and `/proc/PID/mounts`; undefined where there is none. */
export function groupOf(cgroup: string, mounts: string): string | undefined {
  const [, path] = /^0::(.*)$/m.exec(cgroup) ?? [];
  const [, mountPoint] = /^\S+ (\S+) cgroup2 /m.exec(mounts) ?? [];
  if (path === undefined || mountPoint === undefined) return undefined;
  return path === '/' ? mountPoint : mountPoint + path;
}

/** A test file as the name of a cgroup, which is a folder's. */
export function groupName(file: string): string {
  return file.replaceAll('/', '!');
}
