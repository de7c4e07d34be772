import { largestFrame, largestVariable } from '../../wire/frames.ts';

/**
 * Everything a caller, or all of them together, may take of the broker: counts, bytes, milliseconds. In one place,
 * because they hold only together. Whatever can stay for long (waits, streams, helper calls) has a limit of its
 * own, and these add up to less than the connections there may be; every other connection can be closed to make
 * room. So a place for one more caller is always found, whoever holds the rest. Of each of these, one process gets
 * at most half: a program that leaks connections must not keep the others out.
 */
export interface LocalApiLimits {
  readonly connections: number;
  readonly strangers: number;
  readonly turnedAway: number;
  readonly pipelined: number;
  readonly requests: number;
  readonly waits: number;
  readonly streams: number;
  readonly helpers: number;
  readonly largeBodies: number;
  readonly largeInputs: number;
}

export const defaultLimits: LocalApiLimits = {
  /** One descriptor and some 30 KiB each. Lower where the system allows fewer descriptors. */
  connections: 2048,
  /** Of other uids, all together: each is answered with 403, and needs no more than that. */
  strangers: 16,
  /** Refused callers that may take their time to read why; further ones find the connection closed. */
  turnedAway: 64,
  /** Unanswered requests of one connection; no client of ours sends a second before the first is answered. */
  pipelined: 32,
  /** Under way at once, waits included. */
  requests: 2048,
  /** Requests that wait for a person: up to 300 s each. */
  waits: 512,
  /** Event streams: windows, `status --watch`, prompts of shells. */
  streams: 128,
  /** Helper calls: a parallel fetch of a thousand repositories is one for each. */
  helpers: 1024,
  /** Bodies above `sizes.smallBody`: 32 MiB when each is as large as it may be. */
  largeBodies: 512,
  /** Helper calls with more stdin than `sizes.smallInput`: 64 MiB likewise. */
  largeInputs: 64,
};

/** Descriptors the broker keeps for itself: keychain child, servers it talks to, logs, the loopback listener. */
export const ownDescriptors = 128;

/** Bytes, unless it says otherwise. */
export const sizes = {
  /** A token request has less than 1 KiB; a pasted redirect URL may have 16. */
  body: 64 * 1024,
  smallBody: 4 * 1024,
  /** Read and forgotten beyond that: a sender that has not read our answer by then may miss it. */
  discarded: 8 * 1024 * 1024,
  /** Number of pieces a body may come in: each costs a turn of the parser, however small it is. */
  bodyPieces: 8192,
  /** Request line and headers: Node's own default, stated so that no option of Node's can widen it. */
  head: 16 * 1024,
  /** Number of headers; curl sends three. */
  headers: 100,
  frame: largestFrame,
  /** Arguments and working directory of a helper call, headers of frames included. */
  preamble: 128 * 1024,
  /** Its variables, likewise: one of the largest, and others. */
  variables: largestVariable + 32 * 1024,
  /** Stdin of one helper call: as much as git's protocol can ask for. */
  stdin: 1024 * 1024,
  smallInput: 64 * 1024,
  /** What may wait for the reader of an event stream, beyond the first event, whose size is the broker's. */
  eventBacklog: 256 * 1024,
  /** Number of changes that may happen while the first event is made. */
  earlyEvents: 1000,
  /** What may wait for the reader of a helper's output: four times the largest input. */
  helperBacklog: 4 * 1024 * 1024,
} as const;

/** Milliseconds. */
export interface LocalApiTimeouts {
  /** From the connection, or the end of the answer before, to the end of the request's head. */
  readonly headers: number;
  /** The same to the end of the body. Answers may take longer. */
  readonly request: number;
  /** Between two requests of one connection. */
  readonly keepAlive: number;
  /** From the upgrade to the last argument of a helper call. */
  readonly preamble: number;
  /** How long a helper that reads stdin waits for the next of it. */
  readonly stdin: number;
  /** Between two signs of life on event streams and helper calls. */
  readonly heartbeat: number;
  /** How long a caller that has its answer may keep the connection. */
  readonly linger: number;
  /** How long bytes may wait for a caller that takes none of them. */
  readonly stall: number;
}

/**
 * A local caller sends a request in one piece: whoever takes seconds is stopped in a debugger, or means harm.
 * Stdin of a helper may be typed by a person.
 */
export const defaultTimeouts: LocalApiTimeouts = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 60_000,
  preamble: 10_000,
  stdin: 120_000,
  heartbeat: 15_000,
  linger: 5_000,
  stall: 30_000,
};
