import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { KeytrayError } from '../errors.ts';
import { ownUid } from '../platform/trusted-path.ts';
import { readTrustedText } from '../platform/trusted-text.ts';

const advice = 'Name a file with certificates in PEM form, which you or root own, in tls.ca.';

/**
 * The text of a PEM file, read anew each time: authorities are replaced while the broker runs. Throws `misconfigured`,
 * also for a file that others could have written.
 */
export async function readAuthority(file: string, uid = ownUid()): Promise<string> {
  const text = await readTrustedText(file, uid).catch((cause: unknown) => {
    const problem = cause instanceof KeytrayError ? cause.message : `cannot read ${file}`;
    throw new KeytrayError('misconfigured', `tls.ca: ${problem}`, { cause, advice });
  });
  if (text === undefined) throw new KeytrayError('misconfigured', `tls.ca: cannot read ${file}`, { advice });
  // OpenSSL passes over what it cannot parse: the person would only see that the server is not trusted.
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new KeytrayError('misconfigured', `tls.ca: ${file} holds no certificates in PEM form`, { advice });
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
