import type { Random } from './random.ts';

const evilHosts = [
  'evil',
  'evil.example',
  'keytray.evil.example',
  'keytray:80',
  'localhost.',
  '127.0.0.1',
  '',
  'keytray, evil',
];
const origins = ['https://evil.example', 'http://localhost', 'http://keytray', 'null', '', 'file://'];
const names = (name: string): readonly string[] => [
  name,
  name.toLowerCase(),
  name.toUpperCase(),
  `${name[0]}${name.slice(1).toUpperCase()}`,
];

const host = /^host[ \t]*:.*$/im;

/**
 * Makes the first request one that no guard may let pass: what a page in a browser, or a proxy before the socket,
 * would send. The bytes around it stay as they are, broken ones too.
 */
export function violate(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('latin1');
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1) return Buffer.from(`GET http://evil/ HTTP/1.1\r\n${text}`, 'latin1');
  const first = text.slice(0, lineEnd);
  const rest = text.slice(lineEnd + 2);
  const withLine = (line: string): string => {
    // At its end a header may hide behind what came before it.
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1 || random.chance(0.5)) return `${first}\r\n${line}\r\n${rest}`;
    return `${first}\r\n${rest.slice(0, end)}\r\n${line}${rest.slice(end)}`;
  };
  const withTarget = (change: (target: string) => string): string =>
    `${first.replace(/ (\S*)/, (_all, target: string) => ` ${change(target)}`)}\r\n${rest}`;
  const changed = random.pick([
    () => withLine(`${random.pick(names('Origin'))}: ${random.pick(origins)}`),
    () => withLine(`${random.pick(names('Origin'))}: ${random.pick(origins)}`),
    () => withLine(`${random.pick(names('Referer'))}: ${random.pick(origins)}`),
    () => `${first}\r\n${rest.replace(host, `Host: ${random.pick(evilHosts)}`)}`,
    () => `${first}\r\n${rest.replace(/^host[ \t]*:.*\r?\n?/gim, '')}`,
    () => withLine('Host: evil'),
    () => withTarget((target) => `http://${random.pick(['evil', 'keytray', 'localhost'])}${target}`),
    () => withTarget((target) => `/${target}`),
    () => withTarget((target) => `/v1/..${target}`),
    () => withTarget((target) => `${target}#${target}`),
    () => withTarget((target) => target.replace('/v1/', '/v1/%2e/')),
    () => withTarget((target) => target.replaceAll('/', '\\')),
  ])();
  return Buffer.from(changed, 'latin1');
}
