import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from './processes.ts';

export interface Certificate {
  /** Path of the certificate, which is its own authority. */
  readonly file: string;
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for loopback, made in `folder`. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const file = path.join(folder, 'cert.pem');
  const keyFile = path.join(folder, 'key.pem');
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
  const { status, stderr } = await runToEnd(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=keytray test',
      '-addext',
      names,
      '-keyout',
      keyFile,
      '-out',
      file,
    ],
    { env: { PATH: process.env.PATH, HOME: folder }, cwd: folder },
  );
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { file, cert: await readFile(file, 'utf8'), key: await readFile(keyFile, 'utf8') };
}
