import { access, constants } from 'node:fs/promises';

/** Where distributions keep the authorities they trust, in one file of PEM. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** For clients that take a file and no other word for the system's authorities (libpq before 16). */
export async function systemAuthoritiesFile(files: readonly string[] = bundles): Promise<string | undefined> {
  for (const file of files) {
    const readable = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (readable) return file;
  }
  return undefined;
}
