import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect } from 'vitest';
import type { LoopbackRedirect } from '../../../core/oauth/loopback-redirect.ts';
import { KernelPeers } from '../../../core/platform/kernel-peers.ts';
import { kernelPeers } from '../../support/loopback-peers.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, type OtherUser, otherUid, perlConnect } from '../../support/other-user.ts';
import { good, type Listening, listening as listen } from '../../support/redirect-scene.ts';

const refusedOther = `a browser or port forwarder of uid ${otherUid} was refused: use --paste`;

const open: LoopbackRedirect[] = [];
const others: OtherUser[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.end();
  await Promise.all(open.splice(0).map((redirect) => redirect.close()));
});

const listening = async (...how: Parameters<typeof listen>): Promise<Listening> => {
  const it = await listen(...how);
  open.push(it.redirect);
  return it;
};

/** The listener as it is asked for a redirect URI with this host, and the peers that judge. */
const listeningAt = (host: '127.0.0.1' | 'localhost', peers = kernelPeers): Promise<Listening> =>
  listening({ host }, undefined, peers);

function asOther(program: string, ...args: readonly (string | number)[]): OtherUser {
  const other = asOtherUser(`${perlConnect}\n${program}`, ...args);
  others.push(other);
  return other;
}

/** The person's own browser. */
function visit({ redirect }: Listening, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host: name, port } = new URL(redirect.redirectUri);
    const sending = httpRequest(
      { host, port, headers: { host: name }, path: `/callback?${good}`, agent: false },
      (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sending.once('error', reject).end();
  });
}

const aWholeRedirect = `
my $s = dial($ARGV[0], $ARGV[1]);
print $s "GET /callback?$ARGV[2] HTTP/1.1\\r\\nHost: 127.0.0.1:$ARGV[1]\\r\\n\\r\\n";
$s->flush if $s->can('flush');
while (sysread($s, my $answer, 65536)) { print $answer }
`
  .replace('print $s', 'syswrite $s,')
  .replace("$s->flush if $s->can('flush');\n", '');

describe('another user of the machine, at the redirect listener', () => {
  needsRoot('is answered with 403 whatever it sends, and ends no sign-in', async () => {
    const it = await listening();
    const answer = await asOther(aWholeRedirect, '127.0.0.1', it.port, good).output();
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain(refusedOther);
    expect(it.answers).toEqual([]);
    expect(it.refused).toEqual([refusedOther]);
    expect(await visit(it)).toBe(200);
    expect(it.answers).toHaveLength(1);
  });

  needsRoot('is known through an IPv6 socket with an IPv4 address, and at ::1', async () => {
    const it = await listeningAt('localhost');
    for (const host of ['::ffff:127.0.0.1', '::1']) {
      expect(await asOther(aWholeRedirect, host, it.port, good).output()).toMatch(/^HTTP\/1\.1 403 /);
    }
    expect(it.refused).toEqual([refusedOther, refusedOther]);
    expect(it.answers).toEqual([]);
  });

  needsRoot('is known by the tables in /proc where the kernel has no sock_diag', async () => {
    const peers = new KernelPeers({ uid: 0, askKernel: () => ({ kind: 'none' }) });
    const it = await listeningAt('localhost', peers);
    for (const host of ['127.0.0.1', '::ffff:127.0.0.1', '::1']) {
      expect(await asOther(aWholeRedirect, host, it.port, good).output()).toMatch(/^HTTP\/1\.1 403 /);
    }
    expect(it.refused).toEqual([refusedOther, refusedOther, refusedOther]);
    expect(it.answers).toEqual([]);
    expect(it.logger.lines.filter(({ message }) => message.includes('refused a connection'))).toHaveLength(1);
    expect(await visit(it, '::1')).toBe(200);
  });

  needsRoot('is unknown once it has sent its request and closed or reset, and is not believed', async () => {
    const it = await listening();
    const hitAndRun = `
      for (1 .. 40) {
        my $s = dial($ARGV[0], $ARGV[1]);
        setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) if $_ % 2;
        syswrite $s, "GET /callback?$ARGV[2] HTTP/1.1\\r\\nHost: 127.0.0.1:$ARGV[1]\\r\\n\\r\\n";
        close $s;
      }
      print "done\\n";
    `;
    expect(await asOther(hitAndRun, '127.0.0.1', it.port, good).output()).toBe('done\n');
    expect(await visit(it)).toBe(200);
    expect(it.answers).toHaveLength(1);
  });

  needsRoot('keeps no browser out with connections it sits on', async () => {
    const it = await listening();
    const sit = `
      my @held; for (1 .. 200) { push @held, dial($ARGV[0], $ARGV[1]) }
      print "sitting\\n"; sleep 60;
    `;
    const other = asOther(sit, '127.0.0.1', it.port, good);
    expect(await other.line()).toBe('sitting');
    expect(await visit(it)).toBe(200);
    expect(it.answers).toHaveLength(1);
  });

  needsRoot('is logged once a minute', async () => {
    const it = await listening();
    for (let i = 0; i < 3; i += 1) await asOther(aWholeRedirect, '127.0.0.1', it.port, good).output();
    const logged = () => it.logger.lines.filter(({ message }) => message.includes('refused a connection'));
    expect(logged()).toHaveLength(1);
    it.clock.advance(60_000);
    await asOther(aWholeRedirect, '127.0.0.1', it.port, good).output();
    expect(logged().at(1)?.fields).toMatchObject({ uid: otherUid, passedOver: 2 });
  });

  needsRoot('is named by the message where it holds the registered port', async () => {
    const hold = `
      socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, pack_sockaddr_in(0, INADDR_ANY)); listen($s, 5);
      my ($port) = unpack_sockaddr_in(getsockname($s)); print "$port\\n"; sleep 60;
    `;
    const port = Number(await asOther(hold).line());
    await expect(listening({ ports: [port] })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(new RegExp(`^port ${port} .* is used by perl \\(pid \\d+\\) of uid ${otherUid}$`)),
    });
  });
});
