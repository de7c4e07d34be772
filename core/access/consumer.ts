/**
 * The program that asked, as the kernel names it at connect time (SO_PEERCRED).
 * The uid is the boundary; pid and executable are for display and audit: a peer can exec or pass
 * its descriptor on afterwards.
 */
export interface Consumer {
  readonly uid: number;
  readonly pid: number;
  /** Undefined where the kernel does not let us read it. */
  readonly executable: string | undefined;
}
