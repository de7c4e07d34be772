/** What a person typed as hosts: one a line, blanks and commas part them too. Twice the same is once. */
export function parseHosts(text: string): readonly string[] {
  const hosts = text
    .split(/[\s,]+/)
    .map((host) => host.replace(/^https?:\/\//, '').replace(/\/$/, ''))
    .filter((host) => host !== '');
  return [...new Set(hosts)];
}
