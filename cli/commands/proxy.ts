import type { Command } from 'commander';
import type { HeaderProxyOptions } from '../../core/endpoints/http-proxy/header-proxy.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { endingOnInterruption } from '../interruption.ts';
import { portNumber } from '../port-number.ts';
import { runProgram } from '../run-program.ts';

interface ProxyOptions {
  readonly listen?: HeaderProxyOptions['listen'];
  readonly allow: readonly string[];
}

/** `8080`, or the absolute path of a Unix socket. */
export function whereToListen(text: string): HeaderProxyOptions['listen'] {
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  const port = portNumber(text);
  if (port !== undefined) return { kind: 'port', port };
  throw usageFailure(`not a port or an absolute path: ${text}`, 'Write: --listen 8080, or --listen /PATH/OF/SOCKET');
}

export function addProxy(program: Command, cli: Cli): void {
  program
    .command('proxy')
    .helpGroup('Every day:')
    .description('an address that adds its token')
    .usage('<account> [options] [-- <command>]')
    .argument('<account>')
    .argument('[words...]')
    .option('--listen <where>', 'a port, or the path of a Unix socket', whereToListen)
    .option(
      '--allow <rule>',
      "'METHOD /path/*', again for more; else all",
      (rule: string, rules: readonly string[]) => [...rules, rule],
      [],
    )
    .action(async (account: string, [file, ...args]: readonly string[], { listen, allow }: ProxyOptions) => {
      const [{ parseAllowRule }, { openHeaderProxy }, { accountUpstream }, own] = await Promise.all([
        import('../../core/endpoints/http-proxy/allow-rule.ts'),
        import('../../core/endpoints/http-proxy/header-proxy.ts'),
        import('../account-upstream.ts'),
        import('../local-listener.ts'),
      ]);
      const rules = allow.map(parseAllowRule);
      const upstream = await accountUpstream(await cli.broker({ keep: true }), account, cli.env);
      const proxy = await openHeaderProxy({
        ...own.listenerDependencies(cli),
        upstream,
        allow: rules,
        listen: listen ?? { kind: 'any' },
      });
      try {
        if (file === undefined) {
          cli.out.write(`${proxy.address}\n`);
          await endingOnInterruption(proxy.close, () => new Promise<never>(() => undefined));
        } else {
          const env = { ...own.besideProxies(cli.env), KEYTRAY_PROXY_URL: proxy.address };
          cli.setStatus(await runProgram(file, args, env));
        }
      } finally {
        await proxy.close();
      }
    });
}
