/**
 * The program that asked, as the kernel names it at connect time (SO_PEERCRED).
 * The uid is the boundary; the rest is for display and audit: a peer can exec or pass its descriptor on afterwards.
 */
export interface Consumer {
  readonly uid: number;
  /** 0 for a program of another pid namespace: a container. */
  readonly pid: number;
  /** Undefined where the kernel does not let us read it, or the program has gone. */
  readonly executable: string | undefined;
  /** Clock ticks from boot to its start (proc(5), field 22): with the pid it names one process and no later one. */
  readonly startTime: number | undefined;
  /** Executables of the processes above it, nearest first. Ends where the kernel lets us read no further. */
  readonly parents: readonly string[];
}
