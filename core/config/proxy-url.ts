/** By scheme, the port that curl means where none is written. */
const defaultPorts: Readonly<Record<string, string>> = {
  'http:': '1080',
  'https:': '443',
  'socks:': '1080',
  'socks4:': '1080',
  'socks4a:': '1080',
  'socks5:': '1080',
  'socks5h:': '1080',
};

/** `[scheme://][user[:password]@]host[:port]`, with the port filled in. Undefined for what is no proxy. */
export function readProxyUrl(text: string): URL | undefined {
  const whole = text.includes('://') ? text : `http://${text}`;
  const scheme = `${/^[a-z][a-z0-9]*/i.exec(whole)?.[0].toLowerCase()}:`;
  const port = defaultPorts[scheme];
  if (port === undefined) return undefined;
  // The parser drops the usual port of a scheme it knows, and knows none of socks: the same rules for all.
  const parsed = URL.parse(`ws${whole.slice(whole.indexOf('://'))}`);
  if (parsed === null || parsed.hostname === '') return undefined;
  const written = /:(\d+)(?=[/?#]|$)/.exec(whole.slice(whole.lastIndexOf('@') + 1).replace(/^.*?:\/\//, ''))?.[1];
  const user = parsed.username === '' && parsed.password === '' ? '' : `${parsed.username}:${parsed.password}@`;
  return URL.parse(`${scheme}//${user}${parsed.hostname}:${written ?? port}`) ?? undefined;
}
