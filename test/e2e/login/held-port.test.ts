import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, type OtherUser, otherUid } from '../../support/other-user.ts';
import { signIn } from '../../support/sign-in.ts';

/** Listens at ARGV[0], says at which port, and answers whoever comes as the listener of a sign-in would. */
const hold = `
my $six = $ARGV[0] =~ /:/;
socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die;
setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $six;
bind($s, $six ? pack_sockaddr_in6(0, inet_pton(AF_INET6, $ARGV[0])) : pack_sockaddr_in(0, inet_aton($ARGV[0]))) or die;
listen($s, 5) or die;
my ($port) = $six ? unpack_sockaddr_in6(getsockname($s)) : unpack_sockaddr_in(getsockname($s));
print "$port\\n";
while (accept(my $c, $s)) {
  sysread($c, my $request, 65536);
  print "was sent: $request\\n";
  syswrite $c, "HTTP/1.1 200 OK\\r\\nContent-Length: 23\\r\\nConnection: close\\r\\n\\r\\nYou are signed in, ada.\\n";
  close $c;
}
`;

/** Where it listens, and the host of the redirect URI that it is in the way of. */
const ways = [
  { id: 'narrow', address: '127.0.0.1', host: '127.0.0.1' },
  { id: 'wide', address: '0.0.0.0', host: '127.0.0.1' },
  { id: 'six', address: '::1', host: 'localhost' },
] as const;

describe('a registered port that another user of the machine holds', () => {
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  const others: OtherUser[] = [];

  beforeAll(async () => {
    server = await startAuthorizationServer();
    keytray = await createKeytray();
    const browser = path.join(keytray.folder, 'browser');
    await writeFile(browser, `#!/bin/sh\necho "$1" >> ${browser}.was-given\n`);
    await chmod(browser, 0o700);
    keytray.env.BROWSER = browser;
  });

  afterAll(async () => {
    for (const other of others) await other.end();
    await keytray.close();
    await server.close();
  });

  const account = (id: string, host: string, port: string): string => `
  ${id}:
    service: oidc
    issuer: ${server.issuer}
    client_id: keytray
    scopes: [openid, offline_access, profile, email, git]
    redirect: { host: ${host}, port: ${port} }
    store: memory`;
  const holding = async ({ id, address, host }: (typeof ways)[number]) => {
    const other = asOtherUser(hold, address);
    others.push(other);
    const port = await other.line();
    return { id, port, other, yaml: account(id, host, port) };
  };

  needsRoot('is named by the command, however it is held, and nothing there is believed', async () => {
    const held = await Promise.all(ways.map(holding));
    await keytray.configure(`accounts:${held.map(({ yaml }) => yaml).join('')}\n`);
    await keytray.startAgent();

    for (const { id, port, other } of held) {
      const isNamed = `port ${port} of the redirect URI is used by perl \\(pid \\d+\\) of uid ${otherUid}`;
      const refused = {
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(
          new RegExp(`^keytray: ${isNamed}\n {2}End one of those programs, .* set redirect\\.port\\.$`, 'm'),
        ),
      };
      expect(await keytray.run(['login', id])).toEqual(refused);
      expect(await keytray.run(['login', id, '--no-browser'])).toEqual(refused);
      expect(await keytray.run(['token', id])).toMatchObject({ status: 4, stdout: '' });
      expect(await keytray.api.account(id)).toMatchObject({ state: 'signed_out' });

      await other.end();
      // Nothing of ours has connected to it.
      expect(await other.output()).toBe(`${port}\n`);
    }
    expect(await readFile(path.join(keytray.folder, 'browser.was-given'), 'utf8').catch(() => '')).toBe('');
    expect(server.requests).toMatchObject({ authorization_code: 0, refused: 0 });

    for (const { id } of held) expect(await signIn(keytray, id)).toMatchObject({ state: 'succeeded' });
  });
});
