import type { FailureRow } from './failure-table.ts';
import type { GrantKind } from './grant.ts';

/** One cheap authenticated call that shows whether a credential is good, and whose it is. */
export type ServiceCheck = HttpCheck | UserinfoCheck | GrpcCheck;

/** What every kind of check has. */
interface CommonCheck {
  /** The grants whose credentials it takes; undefined: all of them. */
  readonly grants?: readonly GrantKind[];
  /** What the service says when it refuses; the words are `message` and its kin unless `words` reads them otherwise. */
  readonly failures?: readonly FailureRow[];
}

export interface HttpCheck extends CommonCheck {
  readonly kind: 'http';
  readonly method: 'GET' | 'POST';
  /** Below the address of the service. */
  readonly path: string;
  /** Of the public instance, where the account names no other. */
  readonly publicAddress?: string;
  /** The path at an instance of one's own, where it is another. */
  readonly ownPath?: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** What tells a good answer with a status of success from one that is none; paths with dots. */
  readonly answer?: {
    /** Where errors are listed: with one of them nothing was shown. */
    readonly errors: string;
    /** What is there where the credential is somebody's. */
    readonly found: string;
  };
  /** Where the reply names the person or the key: paths with dots, the best first. */
  readonly who: readonly string[];
  /** Reads the words of an error body. */
  readonly words?: (body: string) => string;
}

/** OpenID Connect Core §5.3, at the endpoint that the authorization server names. */
export interface UserinfoCheck extends CommonCheck {
  readonly kind: 'userinfo';
}

/** A unary call without a message, over HTTP/2 and TLS. */
export interface GrpcCheck extends CommonCheck {
  readonly kind: 'grpc';
  /** `/package.Service/Method` */
  readonly path: string;
  /** Of the public service, with its port; an account names another under `settings.host`. */
  readonly publicHost: string;
}
