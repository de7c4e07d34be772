import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runToEnd } from '../processes.ts';

export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** `good` is for 127.0.0.1, ::1 and localhost; the others are each wrong in one way. */
export type CertificateKind = 'good' | 'expired' | 'wrong_name' | 'self_signed';

/** A certificate authority nobody trusts until told to, as companies have. */
export interface Authority {
  /** PEM file with the certificate of the authority. */
  readonly file: string;
  readonly pem: string;
  issue(kind: CertificateKind): Promise<ServerCertificate>;
  /** Removes the files. */
  close(): Promise<void>;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const loopbackNames = 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost';

export async function makeAuthority(): Promise<Authority> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-authority-'));
  const at = (name: string) => path.join(folder, name);
  const openssl = async (...args: readonly string[]) => {
    const { status, stderr } = await runToEnd('openssl', args, {
      env: { PATH: process.env.PATH, HOME: folder },
      cwd: folder,
    });
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
  };
  const file = at('ca.pem');
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=Private test CA',
    '-keyout',
    'ca.key',
    '-out',
    file,
  );

  let count = 0;
  const issue = async (kind: CertificateKind): Promise<ServerCertificate> => {
    count += 1;
    const [key, request, cert] = [`${count}.key`, `${count}.csr`, `${count}.pem`];
    const names = kind === 'wrong_name' ? 'subjectAltName=DNS:other.example' : loopbackNames;
    const subject = ['-subj', '/CN=test server', '-addext', names];
    if (kind === 'self_signed') {
      await openssl('req', '-x509', ...newKey, '-days', '2', ...subject, '-keyout', key, '-out', cert);
    } else {
      const days = kind === 'expired' ? '-1' : '2';
      const signer = ['-CA', file, '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy'];
      await openssl('req', ...newKey, ...subject, '-keyout', key, '-out', request);
      await openssl('x509', '-req', '-in', request, ...signer, '-days', days, '-out', cert);
    }
    return { cert: await readFile(at(cert), 'utf8'), key: await readFile(at(key), 'utf8') };
  };

  return {
    file,
    pem: await readFile(file, 'utf8'),
    issue,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
