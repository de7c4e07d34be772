import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { KeytrayError } from '../errors.ts';

/** The text of a PEM file, read anew each time: authorities are replaced while the broker runs. */
export async function readAuthority(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new KeytrayError('misconfigured', `tls.ca: cannot read ${file}`, { cause });
  });
  // OpenSSL passes over what it cannot parse: the person would only see that the server is not trusted.
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new KeytrayError('misconfigured', `tls.ca: ${file} holds no certificates in PEM form`);
  }
  return text;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

const contexts = new Map<string, SecureContext>();

/**
 * Trusts the authorities of Node and of the system, and the one given. Parsing some hundred certificates takes a
 * while: done once for each extra authority.
 */
export function trusting(authority: string | undefined): SecureContext {
  const key = authority ?? '';
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const certificates = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  const context = createSecureContext({ ca: [...certificates, ...(authority === undefined ? [] : [authority])] });
  contexts.set(key, context);
  return context;
}
