/** A host that accounts list under `git:`. */
export interface GitHost {
  /** `host` or `host:port`. */
  readonly host: string;
  readonly loopback: boolean;
  /** Several accounts list it: git must send the path (`useHttpPath`). */
  readonly ambiguous: boolean;
}
