import { cargoHelper } from '../../core/helpers/cargo/cargo.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

const plugin = { argv: ['--cargo-plugin'] };

function request(host: string, kind: string, more: object = {}): string {
  const registry = { 'index-url': `sparse+https://${host}/index/`, name: 'lab' };
  return `${JSON.stringify({ v: 1, registry, kind, ...more })}\n`;
}

/** Recorded from cargo 1.85. */
export const cargoProtocol: FuzzedProtocol = {
  helper: cargoHelper,
  transcripts: (host) => [
    call('get', request(host, 'get', { operation: 'read' }), plugin),
    call('get', request(host, 'get', { operation: 'publish', name: 'demo', vers: '0.1.0', cksum: 'ab12' }), plugin),
    call('get', request(host, 'get', { operation: 'read', args: ['--account=lab', '--scheme', 'none'] }), plugin),
    call('get', request(host, 'login', { token: 'theirs', 'login-url': `https://${host}/me` }), plugin),
    call('token', '', { env: { CARGO_REGISTRY_INDEX_URL: `sparse+https://${host}/index/` } }),
  ],
  destination: ({ operation, stdin, env }) => {
    const urls: string[] = [];
    try {
      const lines = operation === 'get' ? `${stdin}`.split('\n') : [];
      for (const line of lines) urls.push(String(JSON.parse(line).registry['index-url']));
    } catch {
      // What follows is not answered.
    }
    if (operation === 'token') urls.push(env.CARGO_REGISTRY_INDEX_URL ?? '');
    return urls.map((url) => url.replace(/^sparse\+/, ''));
  },
  words: [
    'sparse+',
    '"index-url":',
    '"registry":{',
    '"v":1',
    '"kind":"get"',
    '"args":["--account=other"]',
    '}\n{',
    '\\n',
  ],
};
