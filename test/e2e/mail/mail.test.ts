import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program } from '../../support/keytray.ts';
import { type MailServer, startImapServer, startSmtpServer } from '../../support/mail-server.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';

const user = 'ada@lab.example';
const mail = `From: ${user}\nTo: bob@lab.example\nSubject: hello\n\nthe whole text\n`;

describe('msmtp and mutt', () => {
  let smtp: MailServer;
  let imap: MailServer;
  let lab: SignedIn;
  let certificate: string;

  beforeAll(async () => {
    lab = await startSignedIn(['mail: [mail.lab.example]']);
    const key = path.join(lab.keytray.folder, 'key.pem');
    certificate = path.join(lab.keytray.folder, 'cert.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const output = ['-keyout', key, '-out', certificate];
    await promisify(execFile)('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...output,
    ]);
    smtp = await startSmtpServer('XOAUTH2 OAUTHBEARER');
    imap = await startImapServer({ key: await readFile(key, 'utf8'), cert: await readFile(certificate, 'utf8') });
  });

  afterAll(async () => {
    await lab?.close();
    await smtp?.close();
    await imap?.close();
  });

  const helper = (options: string) => `${program('keytray')} helper mail get ${options}`;
  const msmtp = (auth: string, command: string) => {
    const server = ['--host=127.0.0.1', `--port=${smtp.port}`, '--tls=off', `--auth=${auth}`, `--user=${user}`];
    const options = [...server, `--from=${user}`, `--passwordeval=${command}`];
    return lab.run('msmtp', [...options, 'bob@lab.example'], { input: mail });
  };

  it.each([
    ['xoauth2', (token: string) => `user=${user}\x01auth=Bearer ${token}\x01\x01`],
    [
      'oauthbearer',
      (token: string) => `n,a=${user},\x01host=127.0.0.1\x01port=${smtp.port}\x01auth=Bearer ${token}\x01\x01`,
    ],
  ])('msmtp logs in with %s and keeps the mail it was given', async (auth, answer) => {
    expect(await msmtp(auth, helper('--host=mail.lab.example'))).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(smtp.answers.at(-1)).toBe(answer(await lab.token()));
    expect(smtp.messages.at(-1)).toContain('the whole text');
  });

  it('msmtp gets nothing for a host that is not listed', async () => {
    const before = smtp.answers.length;
    const { status, stderr } = await msmtp('xoauth2', helper('--host=mail.evil.example'));
    expect(status).not.toBe(0);
    expect(stderr).toContain('keytray: no account lists mail.evil.example under mail:');
    expect(smtp.answers.length).toBe(before);
  });

  it('mutt logs in to send, and to file its copy over IMAP', async () => {
    const file = path.join(lab.keytray.folder, 'muttrc');
    const command = helper('--account=lab');
    await writeFile(
      file,
      `set from="${user}" copy=yes certificate_file="${certificate}" ssl_force_tls=no
set smtp_url="smtp://${user.replace('@', '%40')}@127.0.0.1:${smtp.port}/" smtp_authenticators="xoauth2"
set smtp_oauth_refresh_command="${command}" ssl_starttls=no
set imap_user="${user}" imap_authenticators="oauthbearer" imap_oauth_refresh_command="${command}"
set record="imaps://127.0.0.1:${imap.port}/Sent"
`,
    );
    const { status, stderr } = await lab.run('mutt', ['-n', '-F', file, '-s', 'hello', 'bob@lab.example'], {
      input: 'the whole text\n',
    });
    expect(status).toBe(0);
    expect(stderr).not.toContain('keytray');
    const token = await lab.token();
    expect(smtp.answers.at(-1)).toBe(`user=${user}\x01auth=Bearer ${token}\x01\x01`);
    expect(imap.answers).toEqual([
      `n,a=${user},\x01host=127.0.0.1\x01port=${imap.port}\x01auth=Bearer ${token}\x01\x01`,
    ]);
    expect(imap.messages).toEqual([expect.stringContaining('the whole text')]);
  });
});
