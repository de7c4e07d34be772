import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

/** `nobody`, who is on every machine. */
export const otherUid = 65534;

/** Perl, because it is on every Debian, where every user may run it. */
export interface OtherUser {
  /** Resolves with the line that the program prints next. */
  line(): Promise<string>;
  /** Resolves with all it printed, once it has ended. */
  output(): Promise<string>;
  end(): Promise<void>;
}

/** Runs a Perl program as another user of the machine; only root can. `use Socket` is there, and `$|` is set. */
export function asOtherUser(program: string, ...args: readonly (string | number)[]): OtherUser {
  const identity = ['--reuid', `${otherUid}`, '--regid', `${otherUid}`, '--clear-groups'];
  const perl = ['/usr/bin/perl', '-MSocket=:all', '-e', `$| = 1;\n${program}`, ...args.map(String)];
  const child = spawn('setpriv', [...identity, ...perl], { stdio: 'pipe', cwd: '/' });
  return new Running(child);
}

class Running implements OtherUser {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #text = '';
  #taken = 0;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('latin1').on('data', (text: string) => {
        this.#text += text;
      });
    }
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#taken);
      if (end >= 0) {
        const line = this.#text.slice(this.#taken, end);
        this.#taken = end + 1;
        return line;
      }
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`the program ended: ${this.#text}`);
      }
      await Promise.race([once(this.#child.stdout, 'data'), this.#ended]);
    }
  }

  async output(): Promise<string> {
    await this.#ended;
    return this.#text;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Connects to ARGV[0] (127.0.0.1, ::1, or ::ffff:127.0.0.1 for an IPv6 socket) at port ARGV[1]; `$s` is the socket. */
export const perlConnect = `
sub dial {
  my ($host, $port) = @_;
  my $six = $host =~ /:/;
  socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die "no socket: $!\\n";
  my $to = $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_aton($host));
  connect($s, $to) or die "no connection: $!\\n";
  return $s;
}
`;
