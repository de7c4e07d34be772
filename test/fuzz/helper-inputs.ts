import type { FuzzedProtocol, HelperInput } from './helper-protocol.ts';
import { mutate } from './mutation.ts';
import { type Random, randomFor } from './random.ts';

/** The host the fuzzed account lists, and one that only another account of the same person lists. */
export const listedHost = 'helper.example';
export const otherHost = 'other.example:8443';

export interface GeneratedInput extends HelperInput {
  readonly origin: 'mutated' | 'disguised' | 'generated';
  /** Where stdin is cut into pieces, in order. */
  readonly cuts: readonly number[];
}

/** Hosts that are none of ours and look as if they were, to one parser or another. */
const disguises: readonly string[] = [
  'evil.example',
  'helper.example.evil.example',
  'evil-helper.example',
  'evil.helper.example',
  'helper.example@evil.example',
  'evil.example@helper.example:x@evil.example',
  'helper.example:443@evil.example',
  'evil.example#helper.example',
  'evil.example?helper.example',
  'evil.example/helper.example',
  'evil.example\\helper.example',
  'evil.example\\@helper.example',
  'helper.example\\@evil.example',
  'evil.example:443#@helper.example',
  'helper.example:8443',
  'helper.example:0443x',
  'helper.example:00443',
  'helper.example:65979',
  'helper.example:',
  'helper.example.',
  'helper.example..evil.example',
  'helper%2eexample.evil.example',
  'evil.example%2f@helper.example',
  'evil.example%00.helper.example',
  'evil.example\u0000helper.example',
  'evil.example\nhelper.example',
  'evil.example\rhelper.example',
  'evil.example helper.example',
  'evil.example\thelper.example',
  'evil.example,helper.example',
  'evil.example;helper.example',
  'helper.example,evil.example',
  'helper\u3002example.evil.example',
  'evil.example\uff0fhelper.example',
  'xn--helper-.example',
  'helper.examp\u0142e',
  '*.example',
  '*',
  '',
  '//helper.example',
  'http://helper.example',
  'https://helper.example@evil.example',
  '[helper.example]',
  '[::1]',
  '127.0.0.1',
  'localhost',
  '0x7f.1',
];

const words: readonly string[] = [
  listedHost,
  otherHost,
  'evil.example',
  'https://',
  'http://',
  'HTTPS://',
  '//',
  '@',
  ':443',
  ':80',
  ':8443',
  '#',
  '?',
  '\\',
  '%2e',
  '%00',
  '\0',
  '\r',
  '\n',
  '\n\n',
  '\r\n',
  ' ',
  '\t',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  'true',
  '-1',
  '1e999',
  '"__proto__":',
  '"constructor":',
  '\u0131',
  '\u212a',
  '\u3002',
  '\ufeff',
  '..',
  '.',
  '*',
  '--account=lab',
  '--account=other',
  '--account=',
  '--',
];

/** A pure function of seed and index, and the same on every machine. */
export function helperInput(protocol: FuzzedProtocol, seed: number, index: number): GeneratedInput {
  const random = randomFor(seed, index);
  const [origin, input] = inputOf(protocol, random);
  const cuts = random.chance(0.3)
    ? Array.from({ length: 1 + random.int(4) }, () => random.int(input.stdin.length))
    : [];
  return { ...input, origin, cuts: cuts.sort((one, other) => one - other) };
}

function inputOf(protocol: FuzzedProtocol, random: Random): [GeneratedInput['origin'], HelperInput] {
  const kind = random.int(10);
  if (kind < 6) return ['mutated', mutated(protocol, random)];
  if (kind < 9) return ['disguised', disguised(protocol, random)];
  return ['generated', generated(protocol, random)];
}

/** A valid call with one or two of its parts changed. */
function mutated(protocol: FuzzedProtocol, random: Random): HelperInput {
  const all = protocol.transcripts(random.chance(0.8) ? listedHost : random.pick([otherHost, 'evil.example']));
  return changed(random.pick(all), protocol, random, all);
}

/** A call for a host that is nobody's; often changed on top of that. */
function disguised(protocol: FuzzedProtocol, random: Random): HelperInput {
  const host = random.chance(0.85) ? random.pick(disguises) : `${random.pick(words)}${listedHost}${random.pick(words)}`;
  const all = protocol.transcripts(host);
  const input = random.pick(all);
  return random.chance(0.3) ? changed(input, protocol, random, all) : input;
}

/** Words in any order, for an operation of the protocol. */
function generated(protocol: FuzzedProtocol, random: Random): HelperInput {
  const model = random.pick(protocol.transcripts(listedHost));
  const text = () =>
    Array.from({ length: random.int(12) }, () => (random.chance(0.9) ? wordOf(protocol, random) : noise(random))).join(
      '',
    );
  return {
    operation: model.operation,
    argv: random.chance(0.5) ? model.argv : [...model.argv.slice(0, 1), ...Array.from({ length: random.int(3) }, text)],
    env: random.chance(0.5) ? model.env : mapValues(model.env, text),
    stdin: Buffer.from(text()),
  };
}

function changed(
  input: HelperInput,
  protocol: FuzzedProtocol,
  random: Random,
  others: readonly HelperInput[],
): HelperInput {
  const edit = (bytes: Buffer, pool: readonly Buffer[]): Buffer => {
    const strewn = random.chance(0.5) ? strew(bytes, protocol, random) : bytes;
    return strewn.length === 0 || random.chance(0.3) ? strewn : mutate(strewn, random, [strewn, ...pool]);
  };
  const editText = (value: string): string =>
    edit(
      Buffer.from(value),
      others.flatMap(({ argv }) => argv.filter((word) => word !== '').map((word) => Buffer.from(word))),
    )
      .toString()
      // Neither arguments nor variables can hold it.
      .replaceAll('\0', '');
  const parts = { stdin: input.stdin.length > 0, argv: input.argv.length > 0, env: Object.keys(input.env).length > 0 };
  const chosen = random.pick((['stdin', 'argv', 'env'] as const).filter((name) => parts[name] || name === 'stdin'));
  switch (chosen) {
    case 'stdin':
      return {
        ...input,
        stdin: edit(
          input.stdin,
          others.map(({ stdin }) => stdin).filter(({ length }) => length > 0),
        ),
      };
    case 'argv': {
      const at = random.int(input.argv.length);
      const argv = input.argv.map((word, index) => (index === at ? editText(word) : word));
      if (random.chance(0.1)) argv.splice(random.int(argv.length + 1), random.int(2), wordOf(protocol, random));
      return { ...input, argv, operation: random.chance(0.9) ? input.operation : (argv.at(-1) ?? '') };
    }
    case 'env':
      return { ...input, env: mapValues(input.env, (value) => (random.chance(0.2) ? value : editText(value))) };
  }
}

function strew(bytes: Buffer, protocol: FuzzedProtocol, random: Random): Buffer {
  const at = random.int(bytes.length + 1);
  const over = random.chance(0.4) ? Math.min(bytes.length, at + random.int(16)) : at;
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(wordOf(protocol, random)), bytes.subarray(over)]);
}

function wordOf(protocol: FuzzedProtocol, random: Random): string {
  const own = protocol.words ?? [];
  return own.length > 0 && random.chance(0.5) ? random.pick(own) : random.pick(words);
}

function noise(random: Random): string {
  return random.bytes(random.int(random.chance(0.02) ? 4096 : 12)).toString('latin1');
}

function mapValues(env: Readonly<Record<string, string>>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, change(value)]));
}
