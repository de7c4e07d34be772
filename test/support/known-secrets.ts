import type { AuthorizationServerOptions } from '../../demo/authorization-server.ts';

type OnTokenExchange = NonNullable<AuthorizationServerOptions['onTokenExchange']>;

/** Every secret of a run, as the authorization server saw them come and go: what a search must not find. */
export interface KnownSecrets {
  readonly onTokenExchange: OnTokenExchange;
  /** The values, each with its name on the wire. */
  readonly values: ReadonlyMap<string, string>;
  /** The wire names of which there was at least one, sorted. */
  kinds(): readonly string[];
  add(kind: string, value: string): void;
  /** The kinds found in a text, each as often as there are different values; empty where none is in it. */
  foundIn(text: string): readonly string[];
}

export function knownSecrets(): KnownSecrets {
  const values = new Map<string, string>();
  const note = (kind: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '') values.set(value, kind);
  };
  return {
    values,
    onTokenExchange({ parameters, reply }) {
      for (const name of ['code', 'code_verifier', 'device_code', 'refresh_token', 'client_secret'])
        note(name, parameters[name]);
      for (const name of ['access_token', 'refresh_token', 'id_token']) note(name, reply[name]);
    },
    kinds: () => [...new Set(values.values())].sort(),
    add: note,
    foundIn: (text) => [...values].filter(([value]) => text.includes(value)).map(([, kind]) => kind),
  };
}

/** The ways a value may be written in a file, each as the text of its bytes. */
export function written(value: string): readonly string[] {
  const base64 = [0, 1, 2].flatMap((offset) => {
    // Whatever stands before moves the value by zero to two bytes; the characters it shares with others are cut off.
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64');
    const own = text.slice(offset === 0 ? 0 : 4, -4);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = Buffer.from(value).toString('hex');
  return [value, Buffer.from(value, 'utf16le').toString('latin1'), hex, hex.toUpperCase(), ...base64];
}
