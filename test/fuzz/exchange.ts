import { connect } from 'node:net';
import { answersControls } from '../support/control-calls.ts';
import type { Input } from './inputs.ts';
import type { Judgement } from './oracle.ts';

export interface Exchanged {
  /** All that came back, a character for a byte. */
  readonly text: string;
  /** What had to come came. Undefined where nothing had to. */
  readonly inTime: boolean | undefined;
  /** The other side closed while we wrote: what it said before may be lost on the way. */
  readonly cutOff: boolean;
}

/** Milliseconds for what may come. */
const silence = 40;
/** The same for more behind a whole answer. */
const linger = 8;

export interface Addressee {
  readonly socketPath: string;
  /** Milliseconds after which what must come is late, and the server is asked whether it lives. */
  readonly patience: number;
}

/** Sends one input on a connection of its own, and reads until the answer is there, the other side closes, or is silent. */
export function exchange(
  { socketPath, patience }: Addressee,
  input: Pick<Input, 'bytes' | 'cuts'>,
  judgement: Judgement,
): Promise<Exchanged> {
  const must = judgement.answer.kind !== 'any';
  return new Promise((resolve, reject) => {
    let text = '';
    let whole = false;
    let cutOff = false;
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(socketPath);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, inTime: must ? whole : undefined, cutOff });
    };
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(whole || !must ? finish : doubt, whole ? linger : must ? patience : silence);
    };
    const doubt = async (): Promise<void> => {
      const { length } = text;
      await answersControls(socketPath);
      if (text.length === length) finish();
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      whole ||= isWhole(text, judgement.answer.kind === 'end_of_call');
      wait();
    });
    socket.once('end', finish);
    socket.once('close', finish);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // One that nobody takes is the end of the broker.
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') reject(error);
      cutOff = true;
    });
    socket.once('connect', () => {
      wait();
      writePieces(input, (piece) => !socket.destroyed && socket.write(piece));
    });
  });
}

function writePieces({ bytes, cuts }: Pick<Input, 'bytes' | 'cuts'>, write: (piece: Uint8Array) => void): void {
  const [cut, ...later] = cuts;
  if (cut === undefined) {
    write(bytes);
    return;
  }
  write(bytes.subarray(0, cut));
  // Apart in time, or the other side reads both as one.
  setTimeout(() => writePieces({ bytes: bytes.subarray(cut), cuts: later.map((each) => each - cut) }, write), 1);
}

function isWhole(text: string, call: boolean): boolean {
  const final = finalResponse(text);
  if (final === undefined) return false;
  const { status, head, body } = final;
  // A refused upgrade is an answer as any other.
  if (status === 101) return !call || statusOfCall(body) !== undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length === undefined || body.length >= Number(length);
}

/** The first response that is not 100 Continue. */
function finalResponse(
  text: string,
): { readonly status: number; readonly head: string; readonly body: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  const body = text.slice(end + 4);
  return status === 100 ? finalResponse(body) : { status, head: text.slice(0, end), body };
}

/** Of the first answer; undefined without one, NaN where it is none. */
export function statusOf(text: string): number | undefined {
  return finalResponse(text)?.status;
}

/** The exit status a helper call ended with. Undefined where it has not, or where the frames are none. */
export function statusOfCall(frames: string): number | undefined {
  for (let at = 0; at + 5 <= frames.length; ) {
    const length = Buffer.from(frames.slice(at + 1, at + 5), 'latin1').readUInt32BE();
    if (frames[at] === 'X') return length === 1 && at + 6 === frames.length ? frames.charCodeAt(at + 5) : undefined;
    if (frames[at] !== 'O' && frames[at] !== 'R') return undefined;
    at += 5 + length;
  }
  return undefined;
}

/** What comes behind the head of `101 Switching Protocols`; undefined for another answer. */
export function framesOf(text: string): string | undefined {
  const final = finalResponse(text);
  return final?.status === 101 ? final.body : undefined;
}
