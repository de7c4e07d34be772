/** What the owner of a credential may do with one object at its service. */
export interface Permission {
  /** As the service names it. */
  readonly object: string;
  readonly permission: string;
  /** `unknown`: nobody who may say so could be asked, which is not a no. */
  readonly answer: 'yes' | 'no' | 'unknown';
  /** Why, or what would change it. */
  readonly reason: string | undefined;
}
