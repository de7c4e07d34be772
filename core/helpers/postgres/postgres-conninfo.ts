/** Connection strings of libpq: `keyword = value` pairs and URIs (PostgreSQL documentation §34.1.1). Pure. */

/** Keywords to values; an empty value counts as given. */
export type Conninfo = ReadonlyMap<string, string>;

export function isConninfo(dbname: string): boolean {
  return isUri(dbname) || dbname.includes('=');
}

/** Undefined for what libpq would refuse. */
export function parseConninfo(text: string): Conninfo | undefined {
  return isUri(text) ? parseUri(text) : parsePairs(text);
}

function isUri(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text);
}

function parsePairs(text: string): Conninfo | undefined {
  const found = new Map<string, string>();
  // White space is what isspace(3) takes for it: `\s` would end a value at a no-break space, and libpq does not.
  const space = '[ \\t\\n\\v\\f\\r]';
  const other = '[^ \\t\\n\\v\\f\\r\\\\]';
  const quotedValue = "'((?:[^'\\\\]|\\\\.)*)'";
  const plainValue = `((?!')(?:${other}|\\\\.)+)?`;
  const pair = new RegExp(
    `${space}*([a-z_]+)${space}*=${space}*(?:${quotedValue}|${plainValue})(?=${space}|$)${space}*`,
    'suy',
  );
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (match === null) return undefined;
    const [, keyword = '', quoted, plain = ''] = match;
    found.set(keyword, (quoted ?? plain).replace(/\\(.)/gsu, '$1'));
  }
  return found;
}

function parseUri(text: string): Conninfo | undefined {
  const found = new Map<string, string>();
  const [, userInfo, rest = ''] = /^postgres(?:ql)?:\/\/(?:([^@/]*)@)?(.*)$/su.exec(text) ?? [];
  const [, user, password] = /^([^:]*)(?::(.*))?$/su.exec(userInfo ?? '') ?? [];
  const [, netloc = '', dbname, parameters] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/su.exec(rest) ?? [];

  const addresses = netloc.split(',').map((part) => /^(\[[^\]]+\]|[^:[\]]*)(?::(\d*))?$/su.exec(part));
  if (addresses.includes(null)) return undefined;
  const hosts = addresses.map((address) => (address?.[1] ?? '').replace(/^\[|\]$/g, '')).join(',');
  const ports = addresses.map((address) => address?.[2] ?? '').join(',');
  const given: (readonly [string, string | undefined])[] = [
    ['user', user],
    ['password', password],
    ['host', /[^,]/.test(hosts) ? hosts : undefined],
    ['port', /[^,]/.test(ports) ? ports : undefined],
    ['dbname', dbname],
  ];
  for (const parameter of parameters === undefined || parameters === '' ? [] : parameters.split('&')) {
    const [, keyword, value] = /^([^=]+)=([^=]*)$/su.exec(parameter) ?? [];
    if (keyword === undefined || value === undefined) return undefined;
    given.push([keyword, value]);
  }
  for (const [keyword, value] of given) {
    if (value === undefined || (value === '' && keyword !== 'host')) continue;
    const name = decoded(keyword);
    const plain = decoded(value);
    if (name === undefined || plain === undefined) return undefined;
    found.set(name, plain);
  }
  return found;
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return plain.includes('\0') ? undefined : plain;
  } catch {
    return undefined;
  }
}
