/**
 * Authentication schemes a server offers, lower case, from the values of its `WWW-Authenticate` headers
 * (RFC 9110 §11.6.1). One header may hold several challenges, and commas part both challenges and parameters.
 */
export function offeredSchemes(headers: readonly string[]): ReadonlySet<string> {
  const schemes = new Set<string>();
  for (const header of headers) {
    const unquoted = header.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    for (const part of unquoted.split(',')) {
      const scheme = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s|$)(?!\s*=)/.exec(part)?.[1];
      if (scheme !== undefined) schemes.add(scheme.toLowerCase());
    }
  }
  return schemes;
}
