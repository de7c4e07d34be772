import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { press, withChromium } from '../../support/chromium.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, type OtherUser, otherUid, perlConnect } from '../../support/other-user.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

/**
 * Reads every command line, environment and connection of the machine without end, visits what it finds there, sends
 * answers of its own to every listener, and closes half of its connections at once. Prints what it saw.
 */
const attack = `${perlConnect}
my %seen;
my $note = sub { my ($line) = @_; print "$line\\n" unless $seen{$line}++ };
my $ask = sub {
  my ($host, $port, $target, $hit) = @_;
  my $s = eval { dial($host, $port) } or return;
  syswrite $s, "GET $target HTTP/1.1\\r\\nHost: $host:$port\\r\\nSec-Fetch-Mode: navigate\\r\\n\\r\\n";
  if ($hit) { close $s; return }
  my ($all, $part) = ('', '');
  $all .= $part while sysread($s, $part, 65536);
  my ($status) = $all =~ /^HTTP\\S+ (\\d+)/;
  $note->("answer " . ($status // 'none'));
  $note->("text $1") while $all =~ /((?:Location|Set-Cookie):[^\\r\\n]*)/gi;
};
$SIG{PIPE} = 'IGNORE';
my $round = 0;
while (1) {
  for my $file (glob('/proc/[0-9]*/cmdline'), glob('/proc/[0-9]*/environ')) {
    next if $file =~ m{/$$/};
    open(my $in, '<', $file) or next;
    local $/; my $text = <$in> // '';
    $text =~ tr/\\0/ /;
    $note->("text $text") if index($text, $ARGV[0]) >= 0;
    while ($text =~ m{http://(127\\.0\\.0\\.1|localhost):(\\d+)(/start/\\S+)}g) {
      $note->("found a start address");
      $ask->('127.0.0.1', $2, $3, 0);
      $ask->('127.0.0.1', $2, "/callback?code=theirs&state=guessed", $round % 2);
      $ask->('127.0.0.1', $2, "/callback?error=access_denied", $round % 2);
    }
  }
  $note->("a round is done");
  $round++;
}
`;

describe('a second user of the machine, during a whole sign-in', () => {
  const secrets = knownSecrets();
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let other: OtherUser | undefined;

  beforeAll(async () => {
    server = await startAuthorizationServer({ onTokenExchange: secrets.onTokenExchange });
    keytray = await createKeytray();
    const browser = path.join(keytray.folder, 'browser');
    // As browsers do, it keeps what it was given in its arguments for as long as it lives.
    await writeFile(browser, `#!/bin/sh\necho "$1" > ${browser}.was-given\nexec tail --pid=$PPID -f /dev/null "$1"\n`);
    await chmod(browser, 0o700);
    keytray.env.BROWSER = browser;
    await keytray.configure(labConfig({ issuer: server.issuer }));
    await keytray.startAgent();
  });

  afterAll(async () => {
    await other?.end();
    await keytray.close();
    await server.close();
  });

  needsRoot('learns the start address at most, which serves nobody but its owner, and hinders nothing', async () => {
    other = asOtherUser(attack, server.issuer);
    const { login_id } = await keytray.api.startLogin('lab', { user_agent: 'browser' });
    const given = path.join(keytray.folder, 'browser.was-given');
    await waitFor('the browser', async () => (await readFile(given, 'utf8').catch(() => '')).includes('/start/'));
    const address = (await readFile(given, 'utf8')).trim();
    const lines: string[] = [];
    while (!lines.includes('answer 403')) lines.push(await other.line());
    await withChromium(async (page) => {
      await page.goto(address);
      await page.getByLabel('User name').fill('ada');
      await press(page, 'Sign in');
      await press(page, 'Allow');
      expect(await page.locator('h1').textContent()).toBe('You are signed in to lab as ada.');
    });
    expect(await keytray.api.login(login_id, 10)).toMatchObject({ state: 'succeeded', subject: { name: 'ada' } });
    await other.end();
    lines.push(...(await other.output()).split('\n'));
    expect(lines).toContain('found a start address');
    expect(lines.filter((line) => /^answer (?!403|none)/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('text'))).toEqual([]);
    expect(lines.filter((line) => /lab|ada/.test(line))).toEqual([]);
    expect(secrets.foundIn(lines.join('\n'))).toEqual([]);
    expect(await keytray.log()).toContain(`"uid":${otherUid}`);
  });
});
