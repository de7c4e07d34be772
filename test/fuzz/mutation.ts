import type { Random } from './random.ts';
import { dictionary, edges, lengthEdges } from './words.ts';

/** Nothing longer is made: copies of copies would only measure how fast bytes go through a socket. */
const longest = 96 * 1024;

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const cut = (bytes: Buffer, start: number, end: number, between: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat([bytes.subarray(0, start), between, bytes.subarray(end)]);

/** Mostly short, now and then most of the input. */
function block(bytes: Buffer, random: Random): readonly [start: number, end: number] {
  const start = random.int(bytes.length + 1);
  const most = random.chance(0.8) ? 16 : bytes.length;
  return [start, Math.min(bytes.length, start + 1 + random.int(most))];
}

/** Where lines of a head begin and end, its first one left out. */
function headerLines(bytes: Buffer): readonly (readonly [start: number, end: number])[] {
  const lines: [number, number][] = [];
  let start = bytes.indexOf('\r\n') + 2;
  while (start >= 2 && start < bytes.length) {
    const end = bytes.indexOf('\r\n', start);
    if (end <= start) break;
    lines.push([start, end + 2]);
    start = end + 2;
  }
  return lines;
}

function flipBit(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.int(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
  return copy;
}

function setByte(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  copy[random.int(copy.length)] = random.chance(0.5)
    ? random.pick([0, 9, 10, 13, 32, 58, 64, 127, 128, 255])
    : random.int(256);
  return copy;
}

function insertBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.int(bytes.length + 1);
  return cut(bytes, at, at, random.bytes(1 + random.int(8)));
}

function insertWord(bytes: Buffer, random: Random): Buffer {
  const word = Buffer.from(random.pick(dictionary), 'latin1');
  // Between two headers, where a whole header line does most.
  const [line] = random.chance(0.5) ? [random.pick([[0, 0] as const, ...headerLines(bytes)])] : [undefined];
  const at = line?.[0] ?? random.int(bytes.length + 1);
  return cut(bytes, at, random.chance(0.2) ? Math.min(bytes.length, at + word.length) : at, word);
}

function removeBlock(bytes: Buffer, random: Random): Buffer {
  return cut(bytes, ...block(bytes, random));
}

function copyBlock(bytes: Buffer, random: Random): Buffer {
  const [start, end] = block(bytes, random);
  const at = random.int(bytes.length + 1);
  const over = random.chance(0.5) ? Math.min(bytes.length, at + end - start) : at;
  return cut(bytes, at, over, bytes.subarray(start, end));
}

function repeatBlock(bytes: Buffer, random: Random): Buffer {
  const [start, end] = block(bytes, random);
  const times = random.chance(0.9) ? 1 + random.int(8) : random.int(300);
  return cut(bytes, end, end, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(start, end))));
}

function splice(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const other = random.pick(others);
  return Buffer.concat([bytes.subarray(0, random.int(bytes.length + 1)), other.subarray(random.int(other.length + 1))]);
}

function pipeline(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  return Buffer.concat([bytes, random.pick(others)]);
}

function changeNumber(bytes: Buffer, random: Random): Buffer {
  const numbers = [...bytes.toString('latin1').matchAll(/\d+/g)];
  if (numbers.length === 0) return insertBytes(bytes, random);
  const number = random.pick(numbers);
  return cut(bytes, number.index, number.index + number[0].length, Buffer.from(random.pick(edges)));
}

/** As a length of a frame: four bytes behind a letter, if there is one. */
function changeLength(bytes: Buffer, random: Random): Buffer {
  if (bytes.length < 4) return insertBytes(bytes, random);
  const zeros = [...bytes.toString('latin1').matchAll(/[A-Z](?=\0\0)/g)];
  const copy = Buffer.from(bytes);
  const at = zeros.length === 0 ? random.int(bytes.length - 3) : random.pick(zeros).index + 1;
  if (at + 4 <= copy.length) copy.writeUInt32BE(random.pick(lengthEdges), at);
  return copy;
}

function repeatHeader(bytes: Buffer, random: Random): Buffer {
  const lines = headerLines(bytes);
  if (lines.length === 0) return copyBlock(bytes, random);
  const [start, end] = random.pick(lines);
  return cut(bytes, start, start, bytes.subarray(start, end));
}

function removeHeader(bytes: Buffer, random: Random): Buffer {
  const lines = headerLines(bytes);
  return lines.length === 0 ? removeBlock(bytes, random) : cut(bytes, ...random.pick(lines));
}

function changeCase(bytes: Buffer, random: Random): Buffer {
  const [start, end] = block(bytes, random);
  const text = bytes.toString('latin1', start, end);
  return cut(bytes, start, end, Buffer.from(random.chance(0.5) ? text.toUpperCase() : text.toLowerCase(), 'latin1'));
}

function loosenLine(bytes: Buffer, random: Random): Buffer {
  const ends = [...bytes.toString('latin1').matchAll(/\r\n/g)];
  if (ends.length === 0) return flipBit(bytes, random);
  const at = random.pick(ends).index;
  return cut(bytes, at, at + 2, Buffer.from(random.pick(['\n', '\r', '\r\r\n', '\r\n ', ' \r\n', '\r\n\t'])));
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, 1 + random.int(bytes.length));
}

const mutations: readonly Mutation[] = [
  flipBit,
  setByte,
  insertBytes,
  insertWord,
  insertWord,
  removeBlock,
  copyBlock,
  repeatBlock,
  splice,
  pipeline,
  changeNumber,
  changeLength,
  repeatHeader,
  removeHeader,
  changeCase,
  loosenLine,
  truncate,
];

/** One to six changes on top of each other, one being most likely: what stays nearly valid gets furthest. */
export function mutate(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  let changed = bytes;
  let rounds = 1;
  while (rounds < 6 && random.chance(0.45)) rounds += 1;
  for (let round = 0; round < rounds; round += 1) {
    changed = random
      .pick(mutations)(changed.length === 0 ? bytes : changed, random, others)
      .subarray(0, longest);
  }
  return changed;
}
