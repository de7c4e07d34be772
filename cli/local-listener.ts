import type { ListenerDependencies } from '../core/endpoints/loopback-listener.ts';
import { KernelPeers } from '../core/platform/kernel-peers.ts';
import { SystemClock } from '../core/platform/system-clock.ts';
import type { Cli, Screen } from './cli.ts';
import type { Environment } from './output/colour.ts';

/** What a listener in this process needs; whom it refuses is told on standard error. */
export function listenerDependencies({ err }: Pick<Cli, 'err'>): ListenerDependencies {
  const uid = process.getuid?.() ?? 0;
  return { clock: new SystemClock(), logger: screenLogger(err), peers: new KernelPeers({ uid }) };
}

function screenLogger(err: Screen): ListenerDependencies['logger'] {
  const tell = (message: string): void => err.write(`keytray: ${message}\n`);
  return { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
}

/** For a child that is given addresses on this machine: it must not ask a proxy for them. */
export function besideProxies(env: Environment): Environment {
  const own = '127.0.0.1';
  const added = ['NO_PROXY', 'no_proxy'].map((name) => {
    const listed = (env[name] ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
    return [name, listed.includes(own) ? (env[name] ?? own) : [...listed, own].join(',')];
  });
  return { ...env, ...Object.fromEntries(added) };
}
