/** The account and host that are signed in and asked for. */
export const lab = { account: 'lab', host: 'git.lab.example' } as const;

/** Config with this many accounts at one server, `lab` first. JSON is YAML. */
export function manyAccounts(issuer: string, count: number): string {
  const accounts = Array.from({ length: count }, (_, index) => [
    index === 0 ? lab.account : `lab@${index}`,
    {
      service: 'oidc',
      issuer,
      client_id: 'keytray',
      scopes: ['openid', 'offline_access'],
      git: [index === 0 ? lab.host : `git${index}.lab.example`],
      store: 'memory',
    },
  ]);
  return JSON.stringify({ accounts: Object.fromEntries(accounts) }, undefined, 1);
}
