/** What to do about a certificate that was not accepted, by the name Node has for what is wrong. */
const advice: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Check the clock of this machine. If it is right, the server needs a new certificate.',
  CERT_NOT_YET_VALID: 'Check the clock of this machine.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a host name that the certificate lists.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The server signed its own certificate. Save it as a PEM file and set tls.ca to that file.',
};

const unknownIssuer: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Undefined where the code is of something else than a certificate. Pure. */
export function certificateAdvice(code: string): string | undefined {
  if (!unknownIssuer.has(code)) return advice[code];
  return 'Ask the operator for the certificate of the authority that signed it, and set tls.ca to that PEM file.';
}
