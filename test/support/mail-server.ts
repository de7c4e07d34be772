import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';

/** A SASL answer as it came, decoded: `user=…\x01auth=Bearer …\x01\x01`. */
export interface MailServer {
  readonly port: number;
  readonly answers: readonly string[];
  /** What was sent to SMTP, or appended over IMAP. */
  readonly messages: readonly string[];
  close(): Promise<void>;
}

interface Session {
  /** Lines of a message follow until this one. */
  until: ((line: string) => boolean) | undefined;
  message: string[];
  /** The next line is a SASL answer. */
  sasl: boolean;
  /** Of the IMAP command under way. */
  tag: string;
}

/** SMTP as far as a client that logs in with XOAUTH2 or OAUTHBEARER needs it (RFC 5321, RFC 4954, RFC 7628). */
export function startSmtpServer(mechanisms: string): Promise<MailServer> {
  return startLineServer(undefined, '220 mail.example ESMTP', ({ session, line, answers, messages }) => {
    if (session.until?.(line)) {
      messages.push(session.message.join('\n'));
      session.until = undefined;
      return ['250 taken'];
    }
    if (session.until !== undefined) {
      session.message.push(line);
      return [];
    }
    const [, initial] = /^AUTH \S+(?: (\S+))?$/i.exec(line) ?? [];
    if (session.sasl || initial !== undefined) {
      session.sasl = false;
      answers.push(Buffer.from(initial ?? line, 'base64').toString());
      return ['235 welcome'];
    }
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return ['250-mail.example', `250 AUTH ${mechanisms}`];
      case 'AUTH':
        session.sasl = true;
        return ['334 '];
      case 'DATA':
        session.until = (text) => text === '.';
        return ['354 go ahead'];
      case 'QUIT':
        return ['221 bye'];
      default:
        return ['250 fine'];
    }
  });
}

/** IMAP over TLS as far as an APPEND needs it (RFC 3501, RFC 4959). */
export function startImapServer(certificate: { readonly key: string; readonly cert: string }): Promise<MailServer> {
  const capability = 'CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER';
  return startLineServer(certificate, `* OK [${capability}] ready`, ({ session, line, answers, messages }) => {
    if (session.until !== undefined) {
      session.message.push(line);
      if (!session.until(session.message.join('\r\n'))) return [];
      messages.push(session.message.slice(0, -1).join('\n'));
      session.until = undefined;
      return [`${session.tag} OK appended`];
    }
    const [tag = '', command = '', ...rest] = line.split(' ');
    session.tag = tag;
    switch (command.toUpperCase()) {
      case 'AUTHENTICATE':
        answers.push(Buffer.from(rest[1] ?? '', 'base64').toString());
        return [`${tag} OK [${capability}] welcome`];
      case 'CAPABILITY':
        return [`* ${capability}`, `${tag} OK`];
      case 'APPEND': {
        const size = Number(/\{(\d+)\}$/.exec(line)?.[1] ?? 0);
        session.until = (text) => Buffer.byteLength(text) >= size;
        return ['+ go ahead'];
      }
      case 'LOGOUT':
        return ['* BYE', `${tag} OK`];
      default:
        return [`${tag} OK`];
    }
  });
}

interface Line {
  readonly session: Session;
  readonly line: string;
  readonly answers: string[];
  readonly messages: string[];
}

async function startLineServer(
  certificate: { readonly key: string; readonly cert: string } | undefined,
  greeting: string,
  reply: (line: Line) => readonly string[],
): Promise<MailServer> {
  const answers: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const converse = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.once('error', () => socket.destroy());
    const session: Session = { until: undefined, message: [], sasl: false, tag: '' };
    let pending = '';
    socket.write(`${greeting}\r\n`);
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${pending}${text}`.split('\r\n');
      pending = lines.pop() ?? '';
      for (const line of lines)
        for (const said of reply({ session, line, answers, messages })) socket.write(`${said}\r\n`);
    });
  };
  const server = certificate === undefined ? createServer(converse) : createSecureServer(certificate, converse);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    answers,
    messages,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
