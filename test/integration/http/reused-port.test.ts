import { execFileSync } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect } from 'vitest';
import { kernelPeers } from '../../support/loopback-peers.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { otherUid } from '../../support/other-user.ts';

const servers: Server[] = [];
const held: Socket[] = [];
afterEach(async () => {
  for (const socket of held.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/**
 * Another user's socket sends and is reset, then one of ours takes the same port. Both wait to be accepted: this
 * process stands still meanwhile.
 */
const resetAndReuse = `
  sub dial { my ($from) = @_;
    socket(my $s, AF_INET, SOCK_STREAM, 0) or die; setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($s, pack_sockaddr_in($from, INADDR_LOOPBACK)) or die "bind: $!";
    connect($s, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die "connect: $!"; return $s }
  $> = ${otherUid};
  my $theirs = dial(0); my ($port) = unpack_sockaddr_in(getsockname($theirs));
  syswrite $theirs, "theirs"; setsockopt($theirs, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)); close $theirs;
  $> = 0;
  if (fork() == 0) { my $ours = dial($port); syswrite $ours, "ours"; print "$port\\n"; close STDOUT; close STDERR; sysread($ours, my $end, 1); exit }
`;

needsRoot('a connection that was reset is not taken for the next one from the same port', async () => {
  const accepted: Promise<string>[] = [];
  const both = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    held.push(socket);
    socket.on('error', () => undefined);
    accepted.push(kernelPeers.owner(socket).then((owner) => owner.kind));
    if (accepted.length === 2) both.resolve();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const to = typeof address === 'object' && address !== null ? address.port : 0;
  execFileSync('/usr/bin/perl', ['-MSocket=:all', '-e', resetAndReuse, String(to)], { timeout: 20_000 });
  await both.promise;
  expect(await Promise.all(accepted)).toEqual(['unknown', 'ours']);
});
